"""Every operation of a guest with every token: none, forged, revoked, of another booking, of an ended booking."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from contracts.bookings.balance import SettleBalance
from contracts.bookings.guest_access import RevokeGuestToken
from contracts.bookings.stays import CheckOut
from contracts.bookings.views import CreatedBooking
from gateway.api.routes import operations
from gateway.http.operation import Operation
from gateway.identity.admission import Audience
from tests.conversations.conftest import HOTEL, STAFF
from tests.conversations.test_in_stay import move_in
from tests.conversations.two_hotels import NEXT_DOOR, TwoHotels, new_two_hotels
from tests.fakes.database_copies import CopyDatabase
from tests.unit.gateway.document import OPERATIONS, example_of
from tests.unit.gateway.fakes import code

Answer = tuple[int, str]
OF_A_GUEST = [each for each in operations() if each.audience in {Audience.GUEST, Audience.EITHER}]
EXAMPLES = {documented["operationId"]: example_of(documented) for _, _, documented in OPERATIONS}

INVALID, ENDED, OK = (401, "INVALID_TOKEN"), (409, "BOOKING_ENDED"), (200, "")
NO_SESSION = (404, "SESSION_NOT_FOUND")  # the example's session, which no booking has
# Operations whose path has no booking, and their answers to the guest of another booking.
WITHOUT_BOOKING = {"authorise_channel": (403, "CHANNEL_FORBIDDEN"), "authorise_user": OK}
# The operations that an ended booking's token opens; each other one is refused `BOOKING_ENDED`.
OPEN_AFTER_THE_END: dict[str, Answer] = {
    "get_own_booking": OK,
    "follow_booking": OK,
    "authorise_channel": OK,
    "authorise_user": OK,
    "verify_payment": NO_SESSION,
    "preview_own_change": (422, "VALIDATION_ERROR"),  # the check-out of the example is before these bookings' check-in
}
REPEATED = {"cancel_own_booking": OK}
each_operation = pytest.mark.parametrize("operation", OF_A_GUEST, ids=lambda operation: operation.name)


class Guests:
    """The guests of bookings in every state that a token can meet."""

    def __init__(self, two_hotels: TwoHotels) -> None:
        fixture = two_hotels.fixture
        self.hotels = two_hotels
        self.one, self.other, self.cancelled, self.revoked, _ = two_hotels.guests
        fixture.platform.ask(RevokeGuestToken(hotel=HOTEL, booking_id=self.revoked.booking.id), STAFF)
        self.gone = move_in(fixture)
        about = {"hotel": HOTEL, "booking_id": self.gone.booking.id}
        fixture.platform.ask(CheckOut(**about), STAFF)
        fixture.platform.ask(SettleBalance(**about), STAFF)
        fixture.settle()

    def answer(self, operation: Operation, token: str | None, created: CreatedBooking) -> Answer:
        """The status of the operation on this booking with this token, and the code of a refusal."""
        response = self.call(operation, token, created)
        return response.status_code, "" if response.is_success else code(response)

    def call(self, operation: Operation, token: str | None, created: CreatedBooking) -> httpx.Response:
        """The response of the operation on this booking with this token."""
        booking_id = created.booking.id
        path = operation.path.format_map({"slug": HOTEL, "booking_id": booking_id, "order_id": "x"})
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"socket_id": "12.34"}
        bodies: dict[str, Any] = {
            "authorise_channel": {"json": body | {"channel_name": f"private-booking-{booking_id}"}},
            "authorise_user": {"json": body},
            "open_payment_session": {"json": {}},
        }
        return self.hotels.gateway.call(
            operation.method, path, headers=headers, **bodies.get(operation.name, EXAMPLES[operation.name])
        )


@pytest.fixture(scope="module")
def guests(template_databases: dict[str, str], copied_database: CopyDatabase) -> Iterator[Guests]:
    with new_two_hotels(template_databases, copied_database) as made:
        yield Guests(made)


def test_the_walk_has_every_operation_of_a_guest() -> None:
    names = {operation.name for operation in OF_A_GUEST}

    assert len(names) > 14
    assert WITHOUT_BOOKING.keys() | OPEN_AFTER_THE_END.keys() | REPEATED.keys() <= names
    assert {each.name for each in OF_A_GUEST if "{booking_id}" not in each.path} == WITHOUT_BOOKING.keys()


@each_operation
def test_a_missing_a_forged_and_a_revoked_token_are_invalid_tokens(guests: Guests, operation: Operation) -> None:
    for token in (None, "forged-token-of-nobody", guests.revoked.guest_token):
        for created in (guests.one, guests.revoked, guests.cancelled):
            assert guests.answer(operation, token, created) == INVALID


@each_operation
def test_the_token_of_another_booking_does_not_find_the_booking(guests: Guests, operation: Operation) -> None:
    answer = guests.answer(operation, guests.other.guest_token, guests.one)

    assert answer == WITHOUT_BOOKING.get(operation.name, (404, "BOOKING_NOT_FOUND"))


@each_operation
def test_a_change_of_an_ended_booking_is_refused_as_ended(guests: Guests, operation: Operation) -> None:
    after_cancellation = guests.answer(operation, guests.cancelled.guest_token, guests.cancelled)
    after_check_out = guests.answer(operation, guests.gone.guest_token, guests.gone)

    assert after_cancellation == (OPEN_AFTER_THE_END | REPEATED).get(operation.name, ENDED)
    assert after_check_out == OPEN_AFTER_THE_END.get(operation.name, ENDED)


def test_a_guest_of_another_hotel_is_not_found_where_an_alias_names_a_hotel(guests: Guests) -> None:
    body = {"socket_id": "12.34", "channel_name": f"private-booking-{guests.one.booking.id}"}
    headers = {"Authorization": f"Bearer {guests.one.guest_token}"}

    def subscribe(slug: str) -> httpx.Response:
        path = f"/api/guest/hotel/{slug}/chat/pusher/auth"
        return guests.hotels.gateway.call("POST", path, headers=headers, data=body)

    assert subscribe(HOTEL).status_code == 200
    assert code(subscribe(NEXT_DOOR)) == "BOOKING_NOT_FOUND"
