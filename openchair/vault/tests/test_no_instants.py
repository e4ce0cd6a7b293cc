from __future__ import annotations

from django.apps import apps
from django.db import models

# A challenge lives for minutes and is deleted by its answer (docs/adr/0006).
ALLOWED = {"people.Challenge.expires_at"}


def test_no_time_of_day_is_stored_of_people_or_of_their_writing():
    instants = {
        f"{model._meta.label}.{field.name}"
        for label in ("people", "vault")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.DateTimeField | models.TimeField)
    }

    assert instants == ALLOWED


def test_no_column_could_hold_an_address_or_a_name_from_outside():
    suspicious = {
        f"{model._meta.label}.{field.name}"
        for label in ("people", "vault")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.EmailField | models.GenericIPAddressField | models.URLField)
        or field.name in {"email", "phone", "ip", "user_agent", "real_name", "address"}
    }

    assert suspicious == set()
