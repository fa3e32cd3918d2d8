"""Events of a booking from creation to cancellation. `sequence` counts the events of one booking."""

from datetime import date, datetime

from contracts.bookings.status import BookingSource, BookingStatus, ExpiryReason
from contracts.message import Event
from contracts.values import Actor, Money


class BookingEvent(Event, abstract=True):
    """An event of one booking. The two statuses, after and before the event, are set when the event is recorded."""

    booking_id: str
    hotel: str
    status: BookingStatus | None = None
    previous_status: BookingStatus | None = None

    @property
    def subject(self) -> str:
        return self.booking_id


class MailedEvent(BookingEvent, abstract=True):
    """An event that a mail to the guest reports.

    `guest_has_email` is False where the guest left no e-mail address, so that no mail is sent; filled in when the event
    is recorded.
    """

    guest_has_email: bool = True


class BookingPriced(BookingEvent, abstract=True):
    """An event with the stay and the price of a booking."""

    room_type_code: str
    check_in: date
    check_out: date
    adults: int
    children: int
    total: Money
    source: BookingSource
    by: Actor


class BookingDrafted(BookingPriced):
    """The booking is priced and stored; no nights are held."""


class BookingHeld(BookingPriced, MailedEvent):
    """The nights are held until `expires_at`; the guest may pay.

    Once a payment page is open, the nights are held until `pay_until`.
    """

    expires_at: datetime
    pay_until: datetime | None = None


class PaymentAwaited(BookingEvent):
    """A payment session is open: the guest has a payment page. The nights are then held until `expires_at`."""

    payment_provider: str
    payment_reference: str
    opened_at: datetime
    expires_at: datetime | None = None


class BookingPaymentFailed(MailedEvent):
    """The capture failed permanently; the guest may pay again until `expires_at`."""

    reason_code: str
    failed_at: datetime
    expires_at: datetime


class PaymentTurnedAway(MailedEvent):
    """A card was authorised too late, for a booking that accepts no payment any more; the authorisation is voided."""

    payment_id: str
    payment_intent_id: str
    amount: Money
    reason_code: str
    turned_away_at: datetime


class BookingCancelled(MailedEvent):
    """The booking is cancelled. `fee` is charged; `refund` is the part of the captured amount that is refunded.

    Where the guest was in house, the guest has left the room and the nights from `released_from` on are free again.
    `keeps` is the amount that stays on the booking's cards, and `refund_at_desk` what the desk gives back; both are
    None in events of earlier releases, in which `besides` is the amount for room service that the hotel keeps from
    balance payments, in addition to the fee.
    `room_number` is the room that the booking had until then, None where no room was assigned.
    `fee_at_desk` means that the fee is too small for a card: the authorisation is voided, and the guest owes the fee.
    """

    cancelled_at: datetime
    cancelled_by: Actor
    fee: Money
    refund: Money
    released_from: date | None = None
    besides: Money | None = None
    room_number: str | None = None
    fee_at_desk: bool = False
    keeps: Money | None = None
    refund_at_desk: Money | None = None


class BookingExpired(MailedEvent):
    """The booking has missed the deadline of its draft, hold or approval."""

    reason: ExpiryReason
    expired_at: datetime
