from __future__ import annotations

from uuid import uuid4

import pytest
from django.apps import apps

from openchair.people.models import Account
from openchair.vault import groups
from openchair.vault.models import Document, Grant, Version
from openchair.vault.tests.people_writing import public_key, sealed
from openchair.vault.tests.test_groups import wrapped

pytestmark = pytest.mark.django_db


def test_an_erased_document_takes_versions_and_grants_with_it(alice, bob):
    document = alice.saved(sealed("1"), readers=[bob])
    alice.save(document, sealed("2"), read=1)
    other = alice.saved(sealed("other"))

    answer = alice.erase(document, 2)

    assert answer.status_code == 200
    assert list(Document.objects.values_list("pk", flat=True)) == [other]
    assert (Version.objects.count(), Grant.objects.count()) == (1, 0)
    assert bob.fetch(document).status_code == 404


def test_nobody_erases_what_they_have_not_seen(alice):
    document = alice.saved(sealed("1"))
    alice.save(document, sealed("2"), read=1)

    answer = alice.erase(document, 1)

    assert (answer.status_code, answer.json()["version"]) == (409, 2)
    assert alice.fetch(document).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"version": None}, {"version": True}, {"version": 0}, [], "1"]
)
def test_an_erasure_that_names_no_version_is_refused(alice, body):
    document = alice.saved(sealed("1"))

    assert alice.post(f"/vault/documents/{document}/erasure", body).status_code == 400


def test_an_erased_account_leaves_nothing_of_its_own(alice, bob):
    alice.saved(sealed(), readers=[bob])
    given = bob.saved(sealed(), readers=[alice])
    group = uuid4()
    alice.post("/vault/groups", {"id": str(group), "public_key": public_key(), "wrapped": wrapped(alice, bob)})  # fmt: skip

    Account.objects.get(pk=alice.id).delete()

    left = {
        model._meta.object_name: [
            row
            for row in model.objects.all()
            if alice.id in {getattr(row, f.attname, None) for f in model._meta.concrete_fields}
        ]
        for model in apps.get_app_config("vault").get_models()
    }
    assert not any(left.values()), left
    assert bob.fetch(given).status_code == 200
    assert [row["readers"] for row in bob.listed()] == [[]]


def test_a_group_goes_with_its_last_member(alice):
    group = uuid4()
    alice.post("/vault/groups", {"id": str(group), "public_key": public_key(), "wrapped": wrapped(alice)})  # fmt: skip

    Account.objects.get(pk=alice.id).delete()
    groups.forget_empty_groups()

    assert apps.get_model("vault", "SealedGroup").objects.count() == 0
