"""A published message may only gain optional fields."""

from copy import deepcopy
from typing import Any

import pytest

from chassis.messaging.contract_schemas import all_schemas, problems, shrinkage

NAME = "bookings.BookingDeclined.v1"


def test_the_committed_schemas_are_those_of_the_code() -> None:
    assert problems() == []


def with_change(change: Any) -> list[str]:
    old = all_schemas()[NAME]
    new = deepcopy(old)
    change(new)
    return shrinkage(old, new, NAME)


def test_a_new_optional_field_is_growth() -> None:
    assert with_change(lambda new: new["properties"].update(extra={"type": "string"})) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda new: new["properties"].pop("reason_code"),
        lambda new: new["properties"]["reason_code"].update(type="integer"),
        lambda new: new["required"].append("extra"),
        lambda new: new["$defs"]["BookingStatus"]["enum"].remove("DECLINED"),
    ],
    ids=["removed", "retyped", "newly required", "enum value removed"],
)
def test_a_schema_change_that_would_break_a_listener_is_found(change: Any) -> None:
    assert with_change(change) != []
