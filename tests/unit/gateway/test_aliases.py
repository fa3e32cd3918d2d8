"""Every spelling leads to the one endpoint, and every path to exactly one route."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckIn, CheckOut
from contracts.notifier.channel_authorisation import ChannelSignature, SignChannel
from contracts.rooms.rooms import ChangeRoom, GetRoom, ListRooms, RoomList
from contracts.values import Context
from gateway.api.routes import operations
from gateway.http.aliases import aliases_of
from gateway.http.operation import Operation
from gateway.http.routing import OperationRoute, router_of
from gateway.identity.admission import Audience
from tests.unit.gateway import builders
from tests.unit.gateway.document import OPERATIONS, ROUTES, example_of
from tests.unit.gateway.fakes import GUEST, Gateway

SAMPLES = builders.SAMPLES
ROUTER = router_of(ROUTES)
ALIASED = [each for each in operations() if aliases_of(each.method, each.path)]
STAFF = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"


def _ids(route: OperationRoute) -> str:
    return f"{route.operation.method} {route.path}"


def test_every_method_and_path_is_declared_once() -> None:
    shapes = Counter((route.operation.method, re.sub(r"{\w+}", "{}", route.path)) for route in ROUTES)

    assert [shape for shape, times in shapes.items() if times > 1] == []


@pytest.mark.parametrize("route", ROUTES, ids=_ids)
def test_every_method_and_path_has_exactly_one_match(route: OperationRoute) -> None:
    path = route.path.format_map(SAMPLES)

    matching = [
        other
        for other in ROUTES
        if other.operation.method == route.operation.method and other.path_regex.fullmatch(path)
    ]

    fewest = min(other.path.count("{") for other in matching)  # literal segments come before parameters
    assert [other for other in matching if other.path.count("{") == fewest] == [route]


@pytest.mark.parametrize("route", ROUTES, ids=_ids)
def test_the_router_matches_with_and_without_a_trailing_slash(route: OperationRoute) -> None:
    router, path = ROUTER, route.path.format_map(SAMPLES)

    for spelled in (path, path.removesuffix("/")):
        _, scope = router.matches({"type": "http", "method": route.operation.method, "path": spelled})
        assert scope["route"] is route
        assert scope["path_params"] == {name: v for name, v in SAMPLES.items() if f"{{{name}}}" in route.path}


def test_two_routes_with_the_same_method_and_path_are_refused() -> None:
    with pytest.raises(ValueError, match="GET /livez/ has the same path as /livez/"):
        router_of([ROUTES[0], ROUTES[0]])


def test_aliases_combine() -> None:
    aliases = aliases_of("POST", "/api/staff/hotels/{slug}/room-bookings/{booking_id}/check-out/")

    assert "/api/staff/hotel/{slug}/bookings/{booking_id}/checkout/" in aliases
    assert len(aliases) == 7


def test_aliases_are_marked_deprecated_and_only_they() -> None:
    assert all(bool(route.deprecated) == (route.path != route.operation.path) for route in ROUTES)


@pytest.mark.parametrize(
    ("method", "path", "message", "reply"),
    [
        ("POST", f"/api/staff/hotel/{builders.HOTEL}/room-bookings/{builders.BOOKING}/approve", ApproveBooking,
         builders.booking(status=BookingStatus.CONFIRMED)),
        ("POST", f"/api/staff/hotels/{builders.HOTEL}/bookings/{builders.BOOKING}/checkout/", CheckOut,
         builders.booking()),
        ("POST", f"{STAFF}/checkin", CheckIn, builders.booking()),
        ("GET", f"/api/staff/hotels/{builders.HOTEL}/bookings", ListBookings, builders.booking_list()),
        ("GET", "/rooms/rooms", ListRooms, RoomList(count=0, results=())),
        ("GET", "/rooms/rooms/101/", GetRoom, builders.room()),
        ("PATCH", "/rooms/rooms/101", ChangeRoom, builders.room()),
    ],
)  # fmt: skip
def test_staff_aliases_ask_the_same(
    gateway: Gateway, manager: dict[str, str], *, method: str, path: str, message: type, reply: object
) -> None:
    gateway.bus.answers(message, reply)

    answer = gateway.call(method, path, headers=manager)

    assert answer.status_code == 200
    assert gateway.bus.last(message).hotel == builders.HOTEL


@pytest.mark.parametrize("operation", ALIASED, ids=lambda operation: operation.name)
def test_every_alias_asks_the_services_what_the_canonical_asks_about_what_its_path_names(
    gateway: Gateway, manager: dict[str, str], operation: Operation
) -> None:
    proof = {Audience.STAFF: manager, Audience.PUBLIC: {}}.get(operation.audience, GUEST)
    example = next(
        example_of(documented) for _, _, documented in OPERATIONS if documented["operationId"] == operation.name
    )
    sent = {"headers": {**proof, "Idempotency-Key": "the-same-key-everywhere"}, **example}
    gateway.call(operation.method, operation.path.format_map(SAMPLES), **sent)  # what is remembered is asked for once

    def asks_of(path: str) -> tuple[int, list[tuple[object, Context]]]:
        gateway.bus.asks.clear()
        answer = gateway.call(operation.method, path.format_map(SAMPLES), **sent)
        asks = [(ask, replace(how, traceparent="", request_id="")) for ask, how in gateway.bus.asks]
        return answer.status_code, asks

    status, canonical = asks_of(operation.path)
    assert status in {200, 503}
    assert canonical or status == 200
    for path in aliases_of(operation.method, operation.path):
        more = _names_in(path) - _names_in(operation.path)
        values = {"hotel" if name == "slug" else name: SAMPLES[name] for name in more}
        alias_status, asks = asks_of(path)
        assert alias_status == status
        for (ask, context), (expected, expected_context) in zip(asks, canonical, strict=True):
            assert ask == (replace(expected, **values) if values else expected)
            assert (context == expected_context) is (not values or context.idempotency_key is None)


def _names_in(path: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize(
    ("method", "spelled", "name"),
    [
        ("POST", "/api/guest/hotels/x/booking/", "create_booking"),
        ("POST", "/api/guest/hotels/x/bookings/", "create_booking"),
        ("POST", "/api/public/hotels/x/bookings/", "create_booking"),
        ("POST", "/api/public/hotel/x/room-bookings/", "create_booking"),
        ("POST", "/api/public/hotel/x/room-bookings/BK/payment/", "open_payment_session"),
        ("POST", "/api/public/hotels/x/room-bookings/BK/payment/", "open_payment_session"),
        ("POST", "/api/public/hotel/room-bookings/stripe-webhook/", "take_stripe_webhook"),
        ("POST", "/api/staff/hotels/x/bookings/BK/approve/", "approve_booking"),
        ("POST", "/api/staff/hotel/x/bookings/BK/checkout/", "check_out"),
        ("POST", "/api/staff/hotels/x/room-bookings/BK/checkin/", "check_in"),
        ("POST", "/api/staff/hotel/x/room-bookings/BK/safe-assign-room/", "assign_room"),
        ("POST", "/api/staff/hotel/x/rooms/101/start-cleaning/", "start_cleaning"),
        ("POST", "/api/staff/hotel/x/rooms/checkout/", "check_out_rooms"),
        ("GET", "/api/staff/x/me/", "get_me"),
        ("GET", "/api/staff/hotel/x/me/", "get_me"),
        ("POST", "/api/notifications/pusher/auth/", "authorise_channel"),
        ("POST", "/api/guest/hotel/x/chat/pusher/auth", "authorise_channel"),
        ("POST", "/pusher/auth", "authorise_channel"),
        ("GET", "/rooms/rooms/", "list_rooms"),
        ("GET", "/rooms/rooms/101/", "get_room"),
        ("POST", "/rooms/x/rooms/101/add-guest/", "add_guest"),
    ],
)
def test_the_path_of_an_older_client_reaches_its_operation(method: str, spelled: str, name: str) -> None:
    _, scope = ROUTER.matches({"type": "http", "method": method, "path": spelled})

    assert scope["route"].operation.name == name
    assert scope["route"].is_alias


def test_me_has_its_old_path(gateway: Gateway, manager: dict[str, str]) -> None:
    for path in (f"/api/staff/{builders.HOTEL}/me/", f"/api/staff/hotel/{builders.HOTEL}/me"):
        assert gateway.get(path, headers=manager).json()["name"] == "Nora Clerk"


@pytest.mark.parametrize(
    "path", ["/api/notifications/pusher/auth/", f"/api/guest/hotel/{builders.HOTEL}/chat/pusher/auth", "/pusher/auth"]
)
def test_realtime_auth_has_its_old_paths(gateway: Gateway, path: str) -> None:
    gateway.bus.answers(SignChannel, ChannelSignature(auth="key:signature"))

    answer = gateway.post(path, data={"socket_id": "1.2", "channel_name": "private-booking-x"}, headers=GUEST)

    assert answer.json() == {"auth": "key:signature"}


def test_no_path_is_redirected(gateway: Gateway) -> None:
    for path in ("/nowhere", "/nowhere/", "/api/public/hotels", "//api/public/hotels/", "/api/public/hotels/x//"):
        assert gateway.get(path).status_code in {200, 404, 503}
