"""Every path that names two things: the second one is not found where it belongs to another first one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from contracts.bookings.orders import ListOrders, PlaceOrder, WantedItem
from contracts.bookings.views import CreatedBooking
from gateway.http.routing import OperationRoute
from gateway.identity.admission import Audience
from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL, STAFF, guest
from tests.conversations.two_hotels import NEXT_DOOR, TwoHotels, new_two_hotels
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.builders import staff
from tests.unit.gateway.document import OPERATIONS, example_of
from tests.unit.gateway.document import ROUTES as DECLARED
from tests.unit.gateway.fakes import code

EXAMPLES = {documented["operationId"]: example_of(documented) for _, _, documented in OPERATIONS} | {
    "open_payment_session": {"json": {}},
    "add_guest": {"json": {"guest": {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}}},
}
# The things that belong to another thing in the path than the hotel, by the name of that thing's parameter.
BELONGS_TO = {"block_id": "room_number", "order_id": "booking_id"}
# A code is the same at both hotels; a hotel's own codes are compared in tests/interface/rooms.
SHARED = {"slug", "code"}


def things(route: OperationRoute) -> list[str]:
    """The parameters of the path that name a thing of one hotel."""
    return [name for name in re.findall(r"{(\w+)}", route.path) if name not in SHARED]


ROUTES = [route for route in DECLARED if things(route) and "{slug}" in route.path]
AT_A_HOTEL = [route for route in ROUTES if route.operation.audience is Audience.STAFF]
WITH_TWO = [route for route in ROUTES if len(things(route)) > 1]


def spelled(route: OperationRoute) -> str:
    return f"{route.operation.method} {route.path}"


@dataclass
class Hotels:
    """Two hotels; in the first one two rooms, a block in one of them, two bookings in house and their orders."""

    hotels: TwoHotels
    values: dict[str, str]
    others: dict[str, str]
    living: CreatedBooking
    neighbour: CreatedBooking

    def call(self, route: OperationRoute, headers: dict[str, str], **where: str) -> httpx.Response:
        """The response at this path; `where` replaces the values of the path's parameters."""
        path = route.path.format_map({"slug": HOTEL, **self.values, **where})
        return self.hotels.gateway.call(route.operation.method, path, headers=headers, **EXAMPLES[route.operation.name])

    def staff_of(self, hotel: str) -> dict[str, str]:
        """The headers of a superuser of the hotel."""
        return self.hotels.gateway.accounts.signed_in(staff(Role.MANAGER, hotel=hotel, is_superuser=True))

    def orders(self) -> list[tuple[str, str]]:
        """The orders of guests in house, with their statuses."""
        page = self.hotels.fixture.platform.ask(ListOrders(hotel=HOTEL), STAFF)
        return [(order.id, order.status) for order in page.results]


@pytest.fixture(scope="module")
def hotels(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[Hotels]:
    with new_two_hotels(template_databases, copied_database) as made:
        living, neighbour = made.guests[-1], made.in_house("204")
        item = int(made.known["item_id"][0])
        order = PlaceOrder(hotel=HOTEL, booking_id=neighbour.booking.id, items=(WantedItem(item_id=item),))
        made.fixture.platform.ask(order, guest(neighbour))
        values = {
            "booking_id": living.booking.id,
            "order_id": made.known["order_id"][0],
            "room_number": "108",
            "block_id": "1",
            "task_id": "1",
            "item_id": str(item),
        }
        others = {"booking_id": neighbour.booking.id, "room_number": "107"}
        yield Hotels(made, values, others, living, neighbour)


def test_the_walk_knows_what_each_second_thing_belongs_to() -> None:
    assert len(AT_A_HOTEL) > 100
    for route in WITH_TWO:
        first, second = things(route)
        assert BELONGS_TO[second] == first
    assert {second for route in WITH_TWO for second in things(route)[1:]} == BELONGS_TO.keys()


@pytest.mark.parametrize("route", AT_A_HOTEL, ids=spelled)
def test_a_thing_of_one_hotel_is_not_found_at_another_hotel(hotels: Hotels, route: OperationRoute) -> None:
    answer = hotels.call(route, hotels.staff_of(NEXT_DOOR), slug=NEXT_DOOR)

    assert answer.status_code == 404, answer.text
    assert code(answer).endswith("_NOT_FOUND")


@pytest.mark.parametrize("route", WITH_TWO, ids=spelled)
def test_a_second_thing_is_not_found_under_another_first_thing(hotels: Hotels, route: OperationRoute) -> None:
    first, second = things(route)
    by_guest = route.operation.audience is Audience.GUEST
    token = {"Authorization": f"Bearer {hotels.neighbour.guest_token}"}
    headers = token if by_guest else hotels.staff_of(HOTEL)
    before = hotels.orders()

    answer = hotels.call(route, headers, **{first: hotels.others[first]})

    assert answer.status_code == 404, answer.text
    assert code(answer) == {"order_id": "ORDER_NOT_FOUND", "block_id": "BLOCK_NOT_FOUND"}[second]
    assert hotels.orders() == before


def test_a_second_thing_is_found_under_its_own_first_thing(hotels: Hotels) -> None:
    [accept] = [
        route
        for route in WITH_TWO
        if route.operation.name == "accept_order" and route.path.startswith("/api/staff/hotels/{slug}/room-bookings/")
    ]
    key = {"Idempotency-Key": "one-key-for-two-paths"}
    headers = hotels.staff_of(HOTEL)

    answer = hotels.call(accept, headers | key)
    repeated = hotels.call(accept, headers | key, booking_id=hotels.neighbour.booking.id)

    assert (answer.status_code, answer.json()["status"]) == (200, "ACCEPTED")
    assert code(repeated) == "ORDER_NOT_FOUND"


def test_the_availability_of_rooms_excludes_no_booking_of_another_hotel(hotels: Hotels) -> None:
    first = hotels.hotels.fixture.today()
    nights: dict[str, Any] = {"check_in": str(first), "check_out": str(first + timedelta(days=1))}

    def status(hotel: str, booking_id: str) -> int:
        path, query = f"/api/staff/hotels/{hotel}/rooms/availability/", nights | {"exclude_booking": booking_id}
        return hotels.hotels.gateway.get(path, params=query, headers=hotels.staff_of(hotel)).status_code

    assert status(HOTEL, hotels.living.booking.id) == 200
    assert status(NEXT_DOOR, hotels.living.booking.id) == 404
    assert status(HOTEL, "BK-2020-NOBODY") == 404
