"""Every operation on a booking and whose it is not: other guests, revoked and forged tokens, other hotels' staff."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contracts.bookings.guest_access import RevokeGuestToken
from gateway.api.routes import operations
from gateway.http.operation import Operation
from gateway.identity.admission import Audience
from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL, STAFF
from tests.conversations.two_hotels import NEXT_DOOR, TwoHotels, new_two_hotels
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.builders import staff
from tests.unit.gateway.document import OPERATIONS, example_of
from tests.unit.gateway.fakes import code

SHOWN = {documented["operationId"]: example_of(documented) for _, _, documented in OPERATIONS} | {
    "open_payment_session": {"json": {}},
    "add_guest": {"json": {"guest": {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}}},
}
OF_A_BOOKING = [
    each for each in operations() if each.audience in {Audience.GUEST, Audience.EITHER} and "{booking_id}" in each.path
]


@pytest.fixture(scope="module")
def two_hotels(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[TwoHotels]:
    with new_two_hotels(template_databases, copied_database) as made:
        revoked = made.guests.pop(0)
        made.fixture.platform.ask(RevokeGuestToken(hotel=HOTEL, booking_id=revoked.booking.id), STAFF)
        made.known["revoked"] = [revoked]
        yield made


def call(two_hotels: TwoHotels, operation: Operation, headers: dict[str, str], **where: Any) -> httpx.Response:
    path = operation.path.format_map({"order_id": "x", **where})
    return two_hotels.gateway.call(operation.method, path, headers=headers, **SHOWN[operation.name])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_there_are_operations_to_check() -> None:
    assert len(OF_A_BOOKING) > 12


@pytest.mark.parametrize("operation", OF_A_BOOKING, ids=lambda operation: operation.name)
def test_a_booking_is_refused_to_every_other_guest(two_hotels: TwoHotels, operation: Operation) -> None:
    one, other = two_hotels.guests[0], two_hotels.guests[1]
    [revoked] = two_hotels.known["revoked"]

    def refusal(token: str, *, slug: str = HOTEL, booking_id: str = one.booking.id) -> tuple[int, str]:
        answer = call(two_hotels, operation, bearer(token), slug=slug, booking_id=booking_id)
        return answer.status_code, code(answer)

    assert refusal(other.guest_token) == (404, "BOOKING_NOT_FOUND")
    assert refusal(one.guest_token, slug=NEXT_DOOR) == (404, "BOOKING_NOT_FOUND")
    assert refusal(one.guest_token, booking_id="BK-2020-NOBODY") == (404, "BOOKING_NOT_FOUND")
    assert refusal(revoked.guest_token, booking_id=revoked.booking.id) == (401, "INVALID_TOKEN")
    assert refusal(revoked.guest_token) == (401, "INVALID_TOKEN")
    assert refusal("made-up-token-of-nobody") == (401, "INVALID_TOKEN")
    # Whether there is such a booking is not told to who has no good token.
    assert refusal("made-up-token-of-nobody", booking_id="BK-2020-NOBODY") == (401, "INVALID_TOKEN")


@pytest.mark.parametrize(
    "operation",
    [each for each in OF_A_BOOKING if each.audience is Audience.EITHER],
    ids=lambda operation: operation.name,
)
def test_an_operation_on_a_booking_is_open_to_staff_of_its_hotel_only(
    two_hotels: TwoHotels, operation: Operation
) -> None:
    booking_id = two_hotels.guests[0].booking.id
    ours = two_hotels.gateway.accounts.signed_in(staff(Role.FRONT_DESK, hotel=HOTEL))
    theirs = two_hotels.gateway.accounts.signed_in(staff(Role.MANAGER, hotel=NEXT_DOOR))

    def status(headers: dict[str, str], slug: str) -> int:
        return call(two_hotels, operation, headers, slug=slug, booking_id=booking_id).status_code

    assert status({}, HOTEL) == 401
    assert status(ours, HOTEL) not in {401, 403}
    assert status(theirs, HOTEL) == 403
    assert status(theirs, NEXT_DOOR) == 404
    assert status(theirs, "atlantis") == 404
