"""What bookings can be asked."""

from dataclasses import dataclass
from datetime import date

from contracts.bookings.events import BookingSource
from contracts.bookings.views import (
    BookingDetail,
    BookingList,
    CreatedBooking,
    Feed,
    GuestAccess,
    GuestDetails,
    GuestsOfRooms,
    MailFacts,
    Payable,
    Timeline,
)
from contracts.message import Command, Query
from contracts.rooms.assignments import Candidates
from contracts.values import Page


@dataclass(frozen=True, kw_only=True)
class CreateBooking(Command[CreatedBooking]):
    """Book a stay: held at once, or saved as a draft. Refused `SOLD_OUT` and as a stay is (422).

    `room_type` is a code or a name. `payment` is `card` or, for staff only, `none`: confirmed without one.
    """

    hotel: str
    room_type: str
    check_in: date
    check_out: date
    adults: int
    children: int
    guest: GuestDetails
    special_requests: str = ""
    promo_code: str | None = None
    quote_id: str | None = None
    draft: bool = False
    source: BookingSource = BookingSource.ONLINE
    payment: str = "card"


@dataclass(frozen=True, kw_only=True)
class BookingCommand(Command[BookingDetail], abstract=True):
    """A change to one booking of one hotel. Answered with the booking as it is then."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class SubmitBooking(BookingCommand):
    """Draft to held. Refused `SOLD_OUT`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""


@dataclass(frozen=True, kw_only=True)
class ApproveBooking(BookingCommand):
    """Staff say yes; the capture follows. Refused `DECISION_MADE`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""


@dataclass(frozen=True, kw_only=True)
class DeclineBooking(BookingCommand):
    """Staff say no. Refused `DECISION_MADE`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""

    reason_code: str = "OTHER"
    reason_note: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfirmBooking(BookingCommand):
    """Confirm without a card. Refused `CARD_BOOKING` while a card payment is open or authorised."""


@dataclass(frozen=True, kw_only=True)
class CancelBooking(BookingCommand):
    """Call it off. Refused `DECISION_MADE`, `BOOKING_ENDED`, `ILLEGAL_TRANSITION`.

    A waiver needs `can_override` (`PERMISSION_DENIED`) and a reason (`NOTE_REQUIRED`); in house calling off does too.
    """

    reason: str = ""
    waive_fee: bool = False


@dataclass(frozen=True, kw_only=True)
class RetryRefund(BookingCommand):
    """Have a refund that failed tried again. Refused `NO_FAILED_REFUND`; one under way is answered as it is."""


@dataclass(frozen=True, kw_only=True)
class AssignRoom(BookingCommand):
    """Give the booking a room. Refused as `6-rooms.md`, "Assigning", says."""

    room_number: str
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class UnassignRoom(BookingCommand):
    """Take the booking's room back before it is lived in."""


@dataclass(frozen=True, kw_only=True)
class CheckIn(BookingCommand):
    """The guest moves in. Refused `NO_ROOM_ASSIGNED`, `ROOM_NOT_READY`, `CHECKIN_*`, `BOOKING_NOT_ELIGIBLE`."""

    late_arrival: bool = False
    early_checkin: bool = False


@dataclass(frozen=True, kw_only=True)
class CheckOut(BookingCommand):
    """The guest leaves. Refused `NOT_CHECKED_IN`, `CHECKOUT_FAILED`."""


@dataclass(frozen=True, kw_only=True)
class MarkNoShow(BookingCommand):
    """The guest did not come. Refused `NO_SHOW_TOO_EARLY`, `BOOKING_ENDED`, `ILLEGAL_TRANSITION`.

    A waiver needs `can_override` (`PERMISSION_DENIED`) and a reason (`NOTE_REQUIRED`).
    """

    reason: str = ""
    waive_fee: bool = False


@dataclass(frozen=True, kw_only=True)
class MarkSeen(BookingCommand):
    """Staff have looked at a new booking."""


@dataclass(frozen=True, kw_only=True)
class AmendBooking(BookingCommand):
    """Change what is noted on the booking; None leaves a field as it is."""

    late_arrival_expected: bool | None = None
    internal_notes: str | None = None
    special_requests: str | None = None
    guest_first_name: str | None = None
    guest_last_name: str | None = None
    guest_email: str | None = None
    guest_phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class RevokeGuestToken(BookingCommand):
    """Let the guest's token, and every code mailed to them, open nothing any more; the next mail brings a new one."""


@dataclass(frozen=True, kw_only=True)
class GetBooking(Query[BookingDetail]):
    """One booking, for its guest or its hotel's staff. Refused `BOOKING_NOT_FOUND`."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class ListBookings(Query[BookingList]):
    """A hotel's bookings. Refused `INVALID_FILTER`, `INVALID_ORDERING` (400). Filters as `2-http.md` names them."""

    hotel: str
    status: tuple[str, ...] = ()
    start_date: date | None = None
    end_date: date | None = None
    search: str = ""
    room_number: str = ""
    has_room_assigned: bool | None = None
    source: str = ""
    bucket: str = ""
    ordering: str = ""
    include_counts: bool = False
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetFeed(Query[Feed]):
    """Return the booking's events after a sequence number, for its guest or the hotel's staff."""

    hotel: str
    booking_id: str
    after: int = 0
    limit: int = 200


@dataclass(frozen=True, kw_only=True)
class GetTimeline(Query[Timeline]):
    """Who did what, when and why."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class GetCandidateRooms(Query[Candidates]):
    """The rooms this booking could be given, best first."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class GetPayable(Query[Payable]):
    """What payments may charge for a booking. The caller must be its guest or its hotel's staff."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class GetMailFacts(Command[MailFacts]):
    """What a mail about this booking says; `with_code` makes a one-time code for its link."""

    booking_id: str
    with_code: bool = True


@dataclass(frozen=True, kw_only=True)
class AuthenticateGuest(Query[GuestAccess]):
    """Whether the caller's guest token opens this booking; without one, which it opens. Refused `INVALID_TOKEN`."""

    booking_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExchangeCode(Command[GuestAccess]):
    """Turn a mailed one-time code into the guest token. Refused `INVALID_CODE`."""

    code: str


@dataclass(frozen=True, kw_only=True)
class GetGuestNames(Query[GuestsOfRooms]):
    """The names that a room list shows beside its rooms."""

    hotel: str
    booking_ids: tuple[str, ...]
