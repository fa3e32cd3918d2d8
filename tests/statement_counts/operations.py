"""The operations that are counted: one stay from the search to check-out, on its way looked at by guest and staff."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CreateBooking
from contracts.bookings.queries import GetBooking, ListBookings
from contracts.bookings.stay_changes import ChangeBooking, PreviewChange, RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, GetCandidateRooms
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.quotes import GiveQuote
from contracts.values import Context
from tests.conversations.actions import GUEST
from tests.conversations.conftest import guest
from tests.statement_counts.host import CountedHost
from tests.statement_counts.hotel import HOTEL, STAFF, zone_of_the_afternoon

NIGHTS = 3
LATER = "20-minutes-later"


class CountedStay:
    """One stay of three nights, from today on. Each operation needs those before it."""

    def __init__(self, host: CountedHost) -> None:
        self._host = host
        self.created: CreatedBooking
        self.session: PaymentSession
        self._first = datetime.now(ZoneInfo(zone_of_the_afternoon())).date()
        self._last = self._first + timedelta(days=NIGHTS)
        self._room_type = HOTEL.room_types[0].code

    def availability(self) -> None:
        self._host.ask(CheckAvailability(hotel=HOTEL.slug, check_in=self._first, check_out=self._last))

    def quote(self) -> None:
        self._host.ask(GiveQuote(**self._stay), Context())

    def create(self) -> None:
        self.created = self._host.ask(CreateBooking(**self._stay, guest=GUEST), Context())

    def session_opens(self) -> None:
        ask = OpenPaymentSession(hotel=HOTEL.slug, booking_id=self.created.booking.id)
        self.session = self._host.ask(ask, guest(self.created))

    def pay(self) -> None:
        self._host.fixture.stripe.pay(self.session.session_id, card="4242424242424242")

    def approve(self) -> None:
        self._host.ask(ApproveBooking(**self._booking), STAFF)

    def preview(self) -> None:
        self._host.ask(PreviewChange(**self._booking, change=self._longer), STAFF)

    def change(self) -> None:
        """The guest stays a night longer, and owes it."""
        self._host.ask(ChangeBooking(**self._booking, change=self._longer), STAFF)

    def assign(self) -> None:
        with self._host.recorder.paused():
            rooms = self._host.ask(GetCandidateRooms(**self._booking), STAFF).rooms
        self._host.ask(AssignRoom(**self._booking, room_number=rooms[0].room_number), STAFF)

    def check_in(self) -> None:
        self._host.ask(CheckIn(**self._booking), STAFF)

    def read(self) -> None:
        self._host.ask(GetBooking(**self._booking), guest(self.created))

    def list(self) -> None:
        self._host.ask(ListBookings(hotel=HOTEL.slug), STAFF)

    def list_with_counts(self) -> None:
        self._host.ask(ListBookings(hotel=HOTEL.slug, include_counts=True), STAFF)

    def check_out(self) -> None:
        self._host.ask(CheckOut(**self._booking), STAFF)

    def hold_would_end(self) -> None:
        """A quarter of an hour after the booking was made, its hold would have ended without a payment."""
        self._host.let_pass(timedelta(minutes=20))

    @property
    def _stay(self) -> dict[str, Any]:
        return {
            "hotel": HOTEL.slug, "room_type": self._room_type, "check_in": self._first, "check_out": self._last,
            "adults": 1, "children": 0,
        }  # fmt: skip

    @property
    def _longer(self) -> RequestedChange:
        return RequestedChange(check_out=self._last + timedelta(days=1))

    @property
    def _booking(self) -> dict[str, Any]:
        return {"hotel": HOTEL.slug, "booking_id": self.created.booking.id}


OPERATIONS: dict[str, Callable[[CountedStay], None]] = {
    "availability": CountedStay.availability,
    "quote": CountedStay.quote,
    "create": CountedStay.create,
    "session": CountedStay.session_opens,
    "pay": CountedStay.pay,
    "approve": CountedStay.approve,
    "preview": CountedStay.preview,
    "change": CountedStay.change,
    "assign": CountedStay.assign,
    "check-in": CountedStay.check_in,
    "read": CountedStay.read,
    "list": CountedStay.list,
    "list-with-counts": CountedStay.list_with_counts,
    "check-out": CountedStay.check_out,
    LATER: CountedStay.hold_would_end,
}
