"""Views of a booking: the row of a list, the details, feed, timeline, payable amount."""

from dataclasses import field
from datetime import date, datetime
from typing import Any

from contracts.bookings.change_previews import WaitingChange
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.data import Data
from contracts.payments.events import PaymentPurpose
from contracts.values import Actor, CancellationPolicy, HotelCard, Money, PriceLines


class GuestDetails(Data):
    """The guest's name and contact. Personal data, never part of an event. `email` may be empty for a walk-in only."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""


class CancellationPreview(Data):
    """The charges if the booking were cancelled now. `applied_rule` is the rule of the cancellation policy."""

    fee_amount: Money
    refund_amount: Money
    description: str
    applied_rule: str


class BookingRow(Data):
    """A booking in a staff list. Instants are UTC, stay dates are hotel-local.

    `late` is True for an arrival of an earlier day: the check-in date has passed, and the guest is still expected.
    """

    id: str
    booking_id: str
    confirmation_number: str
    hotel: str
    hotel_name: str
    room_type_code: str
    room_type_name: str
    assigned_room_number: str | None
    has_room_assigned: bool
    can_check_in: bool
    guest_name: str
    guest_email: str
    guest_phone: str
    check_in: date
    check_out: date
    nights: int
    adults: int
    children: int
    total_amount: Money
    status: BookingStatus
    source: BookingSource
    created_at: datetime
    paid_at: datetime | None
    expires_at: datetime | None
    approval_deadline_at: datetime | None
    approval_risk: str | None
    checkout_deadline_at: datetime | None
    is_overstay: bool
    overstay_severity: str | None
    is_new_for_staff: bool
    late: bool = False


class InHouse(Data):
    """The Wi-Fi access and the room PIN of a guest in house.

    Both are secrets for the guest and the front desk only.
    """

    wifi_ssid: str
    wifi_password: str
    room_pin: str


class DepartureWarning(Data):
    """A warning of a check-out: `BALANCE_DUE` with the `amount` owed, or `LEAVES_EARLY` with the `nights` not slept.

    The nights are hotel-local dates, the night of the departure included.
    """

    code: str
    amount: Money | None = None
    nights: tuple[date, ...] = ()


class BookingDetail(BookingRow):
    """The details of a booking. The gateway shows a guest fewer fields than staff.

    `pricing` has the lines of `total_amount`; None in a reply that an earlier release has stored. `can_pay` means that
    a payment page can be opened now, for the total or for the balance due. `departure_warnings` are those of a
    check-out now, or for a guest who has left those of the check-out. An unpaid booking is held until `expires_at`, and
    until `pay_until` once a payment page was opened. A room plan does not move a stay whose room is `room_locked`.
    `change_fees` are the fees of all changes of the stay, `waived` is what the hotel does not charge of the total, and
    `desk_refund_due` what the desk has to give back; a booking with such an amount has the warning `REFUND_AT_DESK`.
    `pending_change` is a dearer change that waits for its payment.
    """

    guest_first_name: str
    guest_last_name: str
    special_requests: str
    promo_code: str | None
    payment_provider: str | None
    payment_reference: str | None
    payment_status: str
    payment_authorized_at: datetime | None
    decision_made_at: datetime | None
    decision_made_by: Actor | None
    reason_code: str | None
    reason_note: str | None
    confirmed_at: datetime | None
    confirmed_by: Actor | None
    checked_in_at: datetime | None
    checked_in_by: Actor | None
    checked_out_at: datetime | None
    checked_out_by: Actor | None
    cancelled_at: datetime | None
    cancelled_by: Actor | None
    cancellation_reason: str | None
    cancellation_fee: Money | None
    refund_amount: Money | None
    refund_status: str | None
    balance_due: Money
    expired_at: datetime | None
    expiry_reason: str | None
    late_arrival_expected: bool
    assignment_notes: str | None
    internal_notes: str
    updated_at: datetime
    version: int
    hotel_card: HotelCard
    policy: CancellationPolicy
    can_cancel: bool
    cancellation_preview: CancellationPreview | None
    in_house: InHouse | None
    warnings: tuple[str, ...] = ()
    pricing: PriceLines | None = None
    can_pay: bool = False
    pay_until: datetime | None = None
    departure_warnings: tuple[DepartureWarning, ...] = ()
    room_locked: bool = False
    change_fees: Money | None = None
    waived: Money | None = None
    desk_refund_due: Money | None = None
    pending_change: WaitingChange | None = None


class CreatedBooking(Data):
    """A new booking, and the token of the booking's guest."""

    booking: BookingDetail
    guest_token: str


class BookingList(Data):
    """A page of a hotel's bookings.

    Where requested, `counts` has the number of bookings for each value of the filter `bucket`. Other filters apply.
    """

    count: int
    results: tuple[BookingRow, ...]
    counts: dict[str, int] | None = None


class FeedItem(Data):
    """One event of a booking's feed, as the event was published."""

    id: str
    type: str
    sequence: int
    time: datetime
    data: dict[str, Any]


class Feed(Data):
    """A booking's events after a sequence number, oldest first."""

    booking_id: str
    last_sequence: int
    events: tuple[FeedItem, ...]


class FieldChange(Data):
    """A field with its values before and after a change, as text. None stands for no value."""

    field: str
    from_value: str | None
    to_value: str | None


class TimelineItem(Data):
    """One row of a booking's audit trail.

    `from_room` is the number of the room that the guest had before, `to_room` of the room that the guest has
    afterwards; both are None where the row is not about a room. `changes` has the other values that changed.
    """

    at: datetime
    what: str
    by: Actor
    from_status: BookingStatus | None
    to_status: BookingStatus | None
    why: str
    trace_id: str
    sequence: int
    from_room: str | None = None
    to_room: str | None = None
    changes: tuple[FieldChange, ...] = ()


class Timeline(Data):
    """A booking's audit trail, oldest first."""

    booking_id: str
    items: tuple[TimelineItem, ...]


class Payable(Data):
    """The booking's data for a checkout session. The payments service takes the amount to charge from here only.

    `ended` says that the booking has ended; a booking that has ended is payable while the guest owes a balance.
    `change_id` is the change that the payment of purpose `CHANGE` is for.
    """

    booking_id: str
    hotel: str
    hotel_name: str
    description: str
    amount: Money
    status: BookingStatus
    payment_status: str
    payment_reference: str | None
    expires_at: datetime | None
    guest_email: str
    payable: bool
    purpose: PaymentPurpose = PaymentPurpose.BOOKING
    ended: bool = False
    change_id: str | None = None


class GuestsOfRooms(Data):
    """The names of guests, keyed by booking id."""

    names: dict[str, str] = field(default_factory=dict)
