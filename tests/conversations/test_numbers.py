"""Numbers of any size in paths, queries, headers and bodies: no number that a client sends is a server's error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL
from tests.conversations.test_any_request import conforms
from tests.conversations.two_hotels import TwoHotels, new_two_hotels
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.builders import staff
from tests.unit.gateway.document import OPERATIONS, each_operation, example_of, resolved, tokens_of

# Beyond an integer and a bigint of PostgreSQL, and beyond 64 bits.
LARGE = (2**31, 10**12, 2**63, 10**30, -(2**31) - 1, -(10**30))
ID_PARAMETERS = ("block_id", "task_id", "item_id")
DETAILS = {"open_payment_session": {"json": {}}}


@pytest.fixture(scope="module")
def two_hotels(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[TwoHotels]:
    with new_two_hotels(template_databases, copied_database) as made:
        yield made


def _forms(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [resolved(part) for part in resolved(schema).get("anyOf", [schema])]


def with_number(schema: dict[str, Any], number: int) -> Iterator[Any]:
    """Values that fit the schema but for one integer in them, which is `number`."""
    for form in _forms(schema):
        if form.get("type") == "integer":
            yield number
        for value in with_number(form["items"], number) if "items" in form else ():
            yield [value]
        example = (form.get("examples") or [{}])[0]
        for name, field in form.get("properties", {}).items():
            for value in with_number(field, number):
                yield example | {name: value}


def requests(operation: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """The requests of an operation that have the number in a query parameter, a body or a header."""
    usual = DETAILS.get(operation["operationId"], example_of(operation))
    for parameter in operation["parameters"]:
        if parameter["in"] == "query":
            yield usual | {"params": usual.get("params", {}) | {parameter["name"]: str(number)}}
        elif parameter["name"] == "If-Match":
            yield usual | {"headers": {"If-Match": f'"{number}"'}}
    if "requestBody" in operation and "application/json" in operation["requestBody"]["content"]:
        for body in with_number(operation["requestBody"]["content"]["application/json"]["schema"], number):
            yield {"params": usual.get("params", {}), "json": body}


@pytest.mark.parametrize(
    ("method", "path", "operation"), each_operation(lambda _, documented: not documented.get("deprecated"))
)
def test_a_number_of_any_size_has_a_documented_answer(
    two_hotels: TwoHotels, method: str, path: str, operation: dict[str, Any]
) -> None:
    living = two_hotels.guests[-1]
    superuser = two_hotels.gateway.accounts.signed_in(staff(Role.MANAGER, hotel=HOTEL, is_superuser=True))
    guest = {"Authorization": f"Bearer {living.guest_token}"}
    headers = guest if "guestToken" in tokens_of(operation) else superuser if tokens_of(operation) else {}
    where = {"slug": HOTEL, "booking_id": living.booking.id, "room_number": "108", "code": "SGL"}
    where |= {"order_id": "x", "block_id": "1", "task_id": "1", "item_id": str(two_hotels.known["item_id"][0])}

    for number in LARGE:
        for name in ID_PARAMETERS:
            if f"{{{name}}}" in path:
                spelled = path.format_map(where | {name: str(number)})
                answer = two_hotels.gateway.call(method, spelled, headers=headers, **example_of(operation))
                assert answer.status_code == 404, answer.text
        for request in requests(operation, number):
            sent = dict(request)
            content = {"content": json.dumps(sent.pop("json"))} if "json" in sent else {}
            sent["headers"] = headers | sent.get("headers", {})
            conforms(two_hotels.gateway.call(method, path.format_map(where), **sent, **content), operation)


def test_the_walk_sends_numbers_in_the_bodies_that_have_them() -> None:
    bodies = [
        operation["operationId"]
        for _, _, operation in OPERATIONS
        if "json" in example_of(operation) and any("json" in request for request in requests(operation, 7))
    ]

    assert {"check_out_rooms", "place_order", "read_chat", "create_booking", "change_settings", "set_rates"} <= {
        *bodies
    }


def test_a_room_id_of_any_size_fails_for_that_room_alone(two_hotels: TwoHotels) -> None:
    superuser = two_hotels.gateway.accounts.signed_in(staff(Role.MANAGER, hotel=HOTEL, is_superuser=True))
    unknown = [*LARGE, 0, -1]
    [room] = [
        each["id"]
        for each in two_hotels.gateway.get(f"/api/staff/hotels/{HOTEL}/rooms/?search=201", headers=superuser).json()[
            "results"
        ]
    ]

    answer = two_hotels.gateway.post(
        f"/api/staff/hotels/{HOTEL}/rooms/checkout/", {"room_ids": [*unknown, room]}, headers=superuser
    )

    report = answer.json()
    assert answer.status_code == 200, answer.text
    failed = [(each["room_number"], each["code"]) for each in report["results"]["failed"]]
    assert failed == [(str(number), "ROOM_NOT_FOUND") for number in unknown]
    assert report["results"]["checked_out_bookings"] == [two_hotels.guests[-1].booking.id]
