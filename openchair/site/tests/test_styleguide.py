from __future__ import annotations

import pytest
from django.test import RequestFactory

from openchair.site import styleguide


@pytest.mark.usefixtures("site_home")
def test_every_part_is_shown_in_the_light_and_in_the_dark(rf: RequestFactory) -> None:
    shown = styleguide.show(rf.get("/styleguide")).content.decode()

    for scheme in ("light", "dark"):
        assert f'id="guide-{scheme}"' in shown
    for part in ("chip-chosen", "button-help", "meeting-card", "callout-done", "field-error"):
        assert shown.count(part) >= 2
