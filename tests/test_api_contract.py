"""The API does what its description says, whatever it is asked: schemathesis reads the description and asks."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

# A type or a place is only known to this installation's packs and gazetteer: a schema can't tell which are refused.
NOT_MEANT = [positive_data_acceptance]

pytestmark = pytest.mark.xdist_group("installation")


def test_every_answer_is_as_described(address):
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert {operation.path for operation in operations} >= {"/api/v1/meetings"}

    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=60, suppress_health_check=list(HealthCheck))
        def ask(case):
            case.call_and_validate(base_url=address, excluded_checks=NOT_MEANT)

        ask()
