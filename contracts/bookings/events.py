"""Events of a booking from creation to cancellation. The sequence is that of the booking's feed."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.bookings.status import BookingSource, BookingStatus, ExpiryReason
from contracts.message import Event
from contracts.values import Actor, Money


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Event, abstract=True):
    """An event of one booking. `status` and `previous_status` are set when the event is recorded."""

    booking_id: str
    hotel: str
    status: BookingStatus | None = None
    previous_status: BookingStatus | None = None

    @property
    def subject(self) -> str:
        return self.booking_id


@dataclass(frozen=True, kw_only=True)
class BookingDrafted(BookingEvent):
    """Priced and stored; nothing is held."""

    room_type_code: str
    check_in: date
    check_out: date
    adults: int
    children: int
    total: Money
    source: BookingSource
    by: Actor


@dataclass(frozen=True, kw_only=True)
class BookingHeld(BookingEvent):
    """Inventory is held until `expires_at`, for the guest to pay."""

    room_type_code: str
    check_in: date
    check_out: date
    adults: int
    children: int
    total: Money
    expires_at: datetime
    source: BookingSource
    by: Actor


@dataclass(frozen=True, kw_only=True)
class PaymentAwaited(BookingEvent):
    """A payment session is open."""

    payment_provider: str
    payment_reference: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingPaymentFailed(BookingEvent):
    """The capture failed finally; the guest may pay again until `expires_at`."""

    reason_code: str
    failed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentTurnedAway(BookingEvent):
    """Late money: an authorisation for a booking that takes no payment any more. Payments releases it."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    reason_code: str
    turned_away_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """Cancelled. `fee` is kept by the hotel; `refund` goes back of the captured money.

    `released_from`: of a stay in house, the nights from this date on are free again. `besides`: the price of room
    service that is kept of balance payments, in addition to the fee.
    """

    cancelled_at: datetime
    cancelled_by: Actor
    fee: Money
    refund: Money
    released_from: date | None = None
    besides: Money | None = None


@dataclass(frozen=True, kw_only=True)
class BookingExpired(BookingEvent):
    """The deadline of the draft, the hold or the approval has passed."""

    reason: ExpiryReason
    expired_at: datetime
