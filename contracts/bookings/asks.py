"""Commands on a booking: create, submit, cancel."""

from contracts.bookings.status import BookingSource
from contracts.bookings.views import BookingDetail, CreatedBooking, GuestDetails
from contracts.data import Data
from contracts.message import Command
from contracts.rooms.quotes import StayAsk


class BookingAsk(Data):
    """The fields of an ask about one booking of one hotel."""

    hotel: str
    booking_id: str


class HoldCaps(Data):
    """The most unpaid holds that one guest may have at one hotel.

    `address` is the keyed hash of the client's network address; an IPv6 address counts by its /64.
    """

    address: str
    email_holds: int
    email_nights: int
    address_holds: int


class BookingCommand(BookingAsk, Command[BookingDetail], abstract=True):
    """A command to one booking; the reply is the booking after the command."""


class CreateBooking(StayAsk, Command[CreatedBooking]):
    """Create a booking and hold its nights, or create a draft, which holds no nights.

    Refused `SOLD_OUT`, or with a 422 code where the dates or the party are invalid. `room_type` is a code or a name.
    `payment` is `card` or, for staff only, `none`, which confirms the booking without a card. With `card`, a total that
    no card can take is refused `TOTAL_BELOW_MINIMUM` or `TOTAL_ABOVE_MAXIMUM`. A booking with a total of zero needs no
    payment: it awaits approval, or is confirmed if its hotel requires no approval. With `caps`, a further unpaid hold
    of the guest is refused `TOO_MANY_HOLDS`. A guest's stay that is longer than the hotel permits is refused
    `STAY_TOO_LONG`.
    """

    guest: GuestDetails
    special_requests: str = ""
    quote_id: str | None = None
    draft: bool = False
    source: BookingSource = BookingSource.ONLINE
    payment: str = "card"
    caps: HoldCaps | None = None


class SubmitBooking(BookingCommand):
    """Hold the nights of a draft, so that the guest can pay; a draft with a total of zero needs no payment.

    Refused `SOLD_OUT`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`, `TOTAL_BELOW_MINIMUM`, `TOTAL_ABOVE_MAXIMUM`, and with
    `caps` `TOO_MANY_HOLDS`.
    """

    caps: HoldCaps | None = None


class CancelBooking(BookingCommand):
    """Cancel a booking. Refused `DECISION_MADE`, `BOOKING_ENDED`, `ILLEGAL_TRANSITION`.

    A waiver of the fee, and a cancellation while the guest is in house, need `can_override` (else `PERMISSION_DENIED`)
    and a reason (else `NOTE_REQUIRED`).
    """

    reason: str = ""
    waive_fee: bool = False
