"""Every query parameter of an operation is a part of the ask to the service."""

from typing import Any

import pytest

from tests.unit.gateway import builders
from tests.unit.gateway.document import each_operation, example_of, tokens_of
from tests.unit.gateway.fakes import GUEST, Gateway

# Values that differ from the default and from the example of each parameter.
VALUES = {
    "page": "3", "page_size": "7", "search": "ada", "after": "5", "email": "a@b.ie", "confirmation_number": "KIL-1",
    "session_id": "cs_test_9", "check_in": "2026-08-15", "check_out": "2026-08-19", "adults": "3", "children": "1",
    "room_type": "DBL", "room_number": "204", "exclude_booking": "BK-7", "floor": "4", "occupied": "true",
    "start_date": "2026-08-02", "end_date": "2026-09-05", "starts_on": "2026-08-02", "until": "2026-09-05",
    "assignee": "me", "unread": "true", "has_room_assigned": "true", "source": "staff", "bucket": "arrivals",
    "ordering": "-check_in", "include_counts": "true",
}  # fmt: skip
STATUSES = {"list_bookings": "CONFIRMED", "list_rooms": "OCCUPIED", "list_tasks": "DONE"}
PAGED_BY_THE_GATEWAY = "list_hotels"


def parameters(operation: dict[str, Any]) -> list[str]:
    return [each["name"] for each in operation["parameters"] if each["in"] == "query"]


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    each_operation(
        lambda _, each: not each.get("deprecated") and each["operationId"] != PAGED_BY_THE_GATEWAY and parameters(each)
    ),
)
def test_every_query_parameter_is_a_part_of_the_ask(
    gateway: Gateway, manager: dict[str, str], method: str, path: str, operation: dict[str, Any]
) -> None:
    proof = manager if tokens_of(operation) == {"staffToken"} else GUEST
    values = {**VALUES, "status": STATUSES.get(operation["operationId"], "PLACED")}

    def asks(**params: str) -> list[Any]:
        gateway.bus.asks.clear()
        params = {**example_of(operation)["params"], **params}
        gateway.call(method, path.format_map(builders.SAMPLES), headers=proof, params=params)
        return [ask for ask, _ in gateway.bus.asks]

    plain = asks()
    for name in parameters(operation):
        changed = asks(**{name: values[name]})
        assert changed, name
        assert changed != plain, name
