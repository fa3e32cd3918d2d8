"""A booking as its events have made it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from contracts.bookings import BookingSource, BookingStatus, Incident, InHouse
from contracts.values import Actor, CancellationPolicy, HotelCard, HotelSettings, Money, Price, Stay


class ActionKind(StrEnum):
    """What bookings and rooms do together, in two transactions of ours with an ask between them."""

    SUBMIT = "SUBMIT"
    ASSIGN = "ASSIGN"
    UNASSIGN = "UNASSIGN"
    CHECK_IN = "CHECK_IN"
    MOVE = "MOVE"
    CHECK_OUT = "CHECK_OUT"
    FORCE_OUT = "FORCE_OUT"
    CLEAR = "CLEAR"
    SEAT = "SEAT"
    EXTEND = "EXTEND"
    CUT_SHORT = "CUT_SHORT"
    RELEASE = "RELEASE"


@dataclass(frozen=True, kw_only=True)
class PendingAction:
    """An action that has begun: while it is here, no competing command gets in. `id` keys the ask to rooms.

    `erases`: what guest and staff wrote, and what is still to be served, is deleted when the guest leaves.
    """

    id: str
    kind: ActionKind
    by: Actor
    started_at: datetime
    room_number: str = ""
    notes: str = ""
    reason: str = ""
    left_on: date | None = None
    until: date | None = None
    waive_fee: bool = False
    erases: bool = False


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Who stays, and the hash of the token that proves it. Personal data: never in an event or a log."""

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


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What was agreed when the booking was made; later changes of the hotel do not touch it."""

    hotel: HotelCard
    settings: HotelSettings
    price: Price
    policy: CancellationPolicy


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A card payment towards what is owed, accepted and then `taken`. The booking's own payment is none."""

    payment_id: str
    amount: Money
    refunded: Money
    taken: bool = False


@dataclass(frozen=True, kw_only=True)
class Booking:
    """One stay of one guest. Changed only by `evolution.evolve`; `status` None: nothing has happened yet.

    `pending`, `seen_at` and `approval_alerts` (of what urgency staff were told) are notes beside the life, not part of
    it: they raise no version.
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
    terms: Terms
    special_requests: str = ""
    internal_notes: str = ""
    late_arrival_expected: bool = False
    seen_at: datetime | None = None
    status: BookingStatus | None = None
    version: int = 0
    pending: PendingAction | None = field(default=None)

    expires_at: datetime | None = None
    approval_deadline_at: datetime | None = None
    approval_alerts: tuple[str, ...] = ()
    payment_status: str = "NONE"
    payment_provider: str | None = None
    payment_reference: str | None = None
    payment_id: str | None = None
    payment_intent_id: str | None = None
    payment_authorized_at: datetime | None = None
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
    charges: tuple[Charge, ...] = ()
    expired_at: datetime | None = None
    expiry_reason: str | None = None
    ended_at: datetime | None = None

    @property
    def stay(self) -> Stay:
        """The nights."""
        return Stay(self.check_in, self.check_out)

    @property
    def total(self) -> Money:
        """What the whole stay costs."""
        return self.terms.price.total

    @property
    def nothing(self) -> Money:
        """No money, in the booking's currency."""
        return Money(0, self.total.currency)

    @property
    def held_on_card(self) -> bool:
        """Whether the stay's money is kept ready on the guest's card; late money is not for the stay."""
        return self.status is BookingStatus.PENDING_APPROVAL and self.payment_status == "AUTHORIZED"

    @property
    def kept(self) -> Money:
        """What the hotel has of the card: captured and not given back."""
        return (self.captured or self.nothing) - (self.refunded or self.nothing)

    @property
    def on_card(self) -> bool:
        """Whether a card pays: its money is kept ready, or here."""
        return self.held_on_card or bool(self.kept)

    @property
    def besides(self) -> Money:
        """What room service has served and was not paid at the desk."""
        return max((self.served or self.nothing) - (self.settled or self.nothing), self.nothing)

    @property
    def paid(self) -> Money:
        """What has been paid and not been given back: on cards, accepted sums included, and at the desk."""
        at_desk = self.kept + (self.settled or self.nothing)
        return sum((charge.amount for charge in self.charges if not charge.taken), start=at_desk)

    @property
    def timezone(self) -> str:
        """The hotel's IANA zone."""
        return self.terms.hotel.timezone

    @property
    def is_new_for_staff(self) -> bool:
        """Whether nobody at the hotel has looked at it yet."""
        return self.seen_at is None and self.source is BookingSource.ONLINE
