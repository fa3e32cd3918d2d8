"""A booking: the state that its events have produced."""

from dataclasses import field, replace
from datetime import date, datetime
from typing import Any, TypedDict

from contracts.bookings.overstays import Incident
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import InHouse
from contracts.data import Data
from contracts.values import Actor, Money, Stay
from services.bookings.domain.agreed_terms import AgreedTerms, FirstBooked
from services.bookings.domain.pending_action import PendingAction
from services.bookings.domain.pending_change import PendingChange

# The payment status of a booking whose total is zero.
NOT_REQUIRED = "NOT_REQUIRED"


class About(TypedDict):
    """The fields by which a message names its booking. As a typed dictionary, so that mypy checks `**booking.about`."""

    booking_id: str
    hotel: str


class Guest(Data):
    """The guest, and the hash of the guest's token. Personal data, never part of an event or a log."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    token_hash: str = ""
    token_generation: int = 1

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Charge(Data):
    """An accepted card payment towards the balance. `taken` is True once the payment is captured.

    `after_end` is True for a payment accepted after the booking had been called off.
    """

    payment_id: str
    amount: Money
    refunded: Money
    taken: bool = False
    after_end: bool = False


class FailedRefund(Data):
    """A payment of which a refund failed. `retried` is True once the refund was requested again.

    `of_change` is True for the payment of a change that was not made: its money is not the booking's.
    """

    payment_id: str
    of_change: bool = False
    retried: bool = False


class ChangedMeanwhile(Exception):
    """The stored booking is no longer the one that was read."""


class Booking(Data):
    """One stay of one guest. `status` is None before the first event.

    The hold of an unpaid booking ends at `expires_at`, and at `pay_until` once a payment page was opened. `counted_by`
    names the counters on which the unpaid hold counts; empty where the hold does not count.

    Only `evolution.evolve` changes a booking and its version. `pending`, `seen_at` and `approval_alerts` (the urgencies
    that staff were alerted to) are the exceptions: they change without a new version. `revision` names the stored row,
    which any change replaces; empty where it is not known. `undone` is the last step that was undone, None once a step
    was taken after that. `held_from` is the first night held since an undone no-show, None for `check_in`. No room plan
    moves a stay with `room_locked`. `pending_change` is a dearer stay that waits for its payment. `extra_refunded` is
    the part of `refunded` that no decision of the hotel promised: staff refunded it on the provider's pages.
    """

    id: str
    confirmation_number: str
    hotel: str
    room_type_code: str
    room_type_name: str
    check_in: date
    check_out: date
    adults: int
    children: int
    source: BookingSource
    created_at: datetime
    updated_at: datetime
    checkout_deadline_at: datetime
    guest: Guest
    terms: AgreedTerms
    special_requests: str = ""
    internal_notes: str = ""
    late_arrival_expected: bool = False
    seen_at: datetime | None = None
    status: BookingStatus | None = None
    version: int = 0
    pending: PendingAction | None = field(default=None)
    expires_at: datetime | None = None
    pay_until: datetime | None = None
    counted_by: tuple[str, ...] = ()
    approval_deadline_at: datetime | None = None
    approval_alerts: tuple[str, ...] = ()
    payment_status: str = "NONE"
    payment_provider: str | None = None
    payment_reference: str | None = None
    payment_id: str | None = None
    payment_intent_id: str | None = None
    payment_authorized_at: datetime | None = None
    capture_before: datetime | None = None
    approval_requested_at: datetime | None = None
    paid_at: datetime | None = None
    captured: Money | None = None
    refunded: Money | None = None
    decision_made_at: datetime | None = None
    decision_made_by: Actor | None = None
    reason_code: str | None = None
    reason_note: str | None = None
    confirmed_at: datetime | None = None
    confirmed_by: Actor | None = None
    assigned_room_number: str | None = None
    assigned_room_type: str | None = None
    assignment_notes: str | None = None
    room_locked: bool = False
    in_house: InHouse | None = None
    push_token: str | None = field(default=None, repr=False)
    checked_in_at: datetime | None = None
    checked_in_by: Actor | None = None
    checked_out_at: datetime | None = None
    checked_out_by: Actor | None = None
    overstay: Incident | None = None
    cancelled_at: datetime | None = None
    cancelled_by: Actor | None = None
    cancellation_reason: str | None = None
    cancellation_fee: Money | None = None
    refund_amount: Money | None = None
    refund_status: str | None = None
    balance_due: Money | None = None
    served: Money | None = None
    settled: Money | None = None
    authorized: Money | None = None
    change_fees: Money | None = None
    waived: Money | None = None
    desk_refund_due: Money | None = None
    desk_refunded: Money | None = None
    extra_refunded: Money | None = None
    failed_refunds: tuple[FailedRefund, ...] = ()
    first_booked: FirstBooked | None = None
    charges: tuple[Charge, ...] = ()
    expired_at: datetime | None = None
    expiry_reason: str | None = None
    ended_at: datetime | None = None
    undone: str | None = None
    held_from: date | None = None
    pending_change: PendingChange | None = None
    revision: str = field(default="", compare=False, repr=False)

    @property
    def about(self) -> About:
        """The fields by which a message names this booking."""
        return {"booking_id": self.id, "hotel": self.hotel}

    @property
    def stay(self) -> Stay:
        """The nights of the stay."""
        return Stay(self.check_in, self.check_out)

    @property
    def party(self) -> int:
        """The number of guests."""
        return self.adults + self.children

    @property
    def total(self) -> Money:
        """The price of the whole stay."""
        return self.terms.price.total

    @property
    def nothing(self) -> Money:
        """A zero amount in the booking's currency."""
        return Money(0, self.total.currency)

    def zero_if_none(self, amount: Money | None) -> Money:
        """The amount; zero in the booking's currency for None."""
        return self.nothing if amount is None else amount

    @property
    def needs_no_payment(self) -> bool:
        """Whether the booking was submitted with a total of zero."""
        return self.payment_status == NOT_REQUIRED

    @property
    def awaits_approval_since(self) -> datetime | None:
        """The moment (UTC) from which the promised decision time counts: the authorisation, or else the submission."""
        return self.payment_authorized_at or self.approval_requested_at

    @property
    def held_on_card(self) -> bool:
        """Whether the stay's price is authorised on the guest's card; a payment that came too late does not count."""
        return self.status is BookingStatus.PENDING_APPROVAL and self.payment_status == "AUTHORIZED"

    @property
    def collected(self) -> Money:
        """The amount of the stay's payment that was captured and not refunded."""
        return self.zero_if_none(self.captured) - self.zero_if_none(self.refunded)

    @property
    def on_card(self) -> bool:
        """Whether a card payment for the stay is authorised or captured."""
        return self.held_on_card or not self.collected.is_zero

    @property
    def unsettled_service(self) -> Money:
        """The price of room service that the guest has not paid at the desk."""
        return max(self.zero_if_none(self.served) - self.zero_if_none(self.settled), self.nothing)

    @property
    def paid(self) -> Money:
        """The amount paid by card or at the desk and not refunded, including accepted balance payments."""
        at_desk = self.zero_if_none(self.settled) - self.zero_if_none(self.desk_refunded)
        return sum((charge.amount for charge in self.charges if not charge.taken), start=self.collected + at_desk)

    @property
    def without_counters(self) -> "Booking":
        """The booking, with a hold that counts on no counter."""
        return replace(self, counted_by=()) if self.counted_by else self

    def charges_with(self, payment_id: str, **changes: Any) -> tuple[Charge, ...]:
        """The booking's charges, after `changes` to the charge with this `payment_id`."""
        return tuple(
            replace(charge, **changes) if charge.payment_id == payment_id else charge for charge in self.charges
        )

    @property
    def timezone(self) -> str:
        """The hotel's time zone, an IANA name."""
        return self.terms.hotel.timezone

    @property
    def is_unproven(self) -> bool:
        """Whether anybody may have made this booking: online, without an authorised card, and nobody confirmed it."""
        proven = self.payment_authorized_at or self.confirmed_at
        return proven is None and self.source is BookingSource.ONLINE

    @property
    def is_new_for_staff(self) -> bool:
        """Whether staff have not yet seen an online booking."""
        return self.seen_at is None and self.source is BookingSource.ONLINE
