"""The table of pushes: the realtime events for each event, with their channels and fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from contracts.bookings.amendments import BookingAmended
from contracts.bookings.approval import (
    ApprovalFellDue,
    BookingApproved,
    BookingAwaitsApproval,
    BookingConfirmed,
    BookingDeclined,
)
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
)
from contracts.bookings.chat import ChatMessageSent
from contracts.bookings.communications import CommunicationNoted, CommunicationRequested
from contracts.bookings.events import (
    BookingCancelled,
    BookingDrafted,
    BookingExpired,
    BookingHeld,
    BookingPaymentFailed,
    PaymentAwaited,
    PaymentTurnedAway,
)
from contracts.bookings.extensions import StayExtended
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.lookups import LookupRequested
from contracts.bookings.orders import OrderAccepted, OrderCancelled, OrderCompleted, OrderPlaced
from contracts.bookings.overstays import OverstayAcknowledged, OverstayDismissed, OverstayFlagged, OverstayResolved
from contracts.bookings.refunds import BookingRefunded, BookingRefundFailed, BookingRefundRetried
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomMoved,
    RoomUnassigned,
)
from contracts.message import Event
from contracts.notifier.events import NoticeGaveUp, NoticeReplayed, NoticeSent
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentDisputed,
    PaymentMismatched,
    PaymentRefunded,
    PaymentSessionExpired,
    PaymentSessionOpened,
    PaymentVoided,
    RefundFailed,
)
from contracts.rooms.events import (
    AvailabilityChanged,
    HotelSettingsChanged,
    HousekeepingTaskDone,
    HousekeepingTaskOpened,
    InventoryExtended,
    InventoryHeld,
    InventoryReleased,
    RoomBlocked,
    RoomOccupied,
    RoomStatusChanged,
    RoomUnblocked,
    RoomVacated,
)
from contracts.rooms.menu import MenuChanged
from services.notifier.channels import ChannelKind

HOTEL, STAFF, BOOKING, ROOM, PUBLIC = ChannelKind


@dataclass(frozen=True)
class RealtimeEvent:
    """A realtime event: its name, its aliases for old clients, and the kinds of channel that carry it."""

    name: str
    channels: tuple[ChannelKind, ...]
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical name, then the aliases."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class PushRule:
    """How an event is pushed. `fields` are copied under their own names; `renamed` maps payload names to event fields.

    `by` is the event field with the actor, whose display name is sent on staff channels. `only_if` maps the name of a
    realtime event to an event field; the realtime event is sent only if that field is set.
    """

    event: type[Event]
    realtime_events: tuple[RealtimeEvent, ...]
    fields: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by: str | None = None
    only_if: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


# Sent in addition for every event that changes a booking's status.
STATUS_CHANGED = RealtimeEvent("booking_status_changed", (HOTEL, BOOKING), ("booking-updated", "booking_updated"))

_CREATED = RealtimeEvent("booking_created", (HOTEL, BOOKING))
_STAY = ("room_type_code", "check_in", "check_out", "adults", "children", "source")
_FEE = {"cancellation_fee": "fee", "refund_amount": "refund"}
_BALANCE = RealtimeEvent("balance_changed", (HOTEL, BOOKING))
_BALANCE_FIELDS = {"amount": "amount", "balance_due": "balance_due"}
_INCIDENT = ("incident_id", "incident_status", "severity")

_ORDER_UPDATED = RealtimeEvent("order_updated", (HOTEL, BOOKING))

_ROWS = (
    PushRule(BookingDrafted, (_CREATED,), _STAY, {"total_amount": "total"}, by="by"),
    PushRule(BookingHeld, (_CREATED,), (*_STAY, "expires_at"), {"total_amount": "total"}, by="by"),
    PushRule(
        BookingAwaitsApproval,
        (RealtimeEvent("payment_authorized", (HOTEL, STAFF, BOOKING)),),
        ("amount", "payment_authorized_at", "approval_deadline_at"),
    ),
    PushRule(
        ApprovalFellDue,
        (RealtimeEvent("approval_due", (STAFF,)),),
        ("urgency", "payment_authorized_at", "approval_deadline_at", "noticed_at"),
    ),
    PushRule(
        BookingApproved,
        (RealtimeEvent("booking_approved", (HOTEL, BOOKING)),),
        ("decision_made_at",),
        by="decision_made_by",
    ),
    PushRule(
        BookingConfirmed,
        (RealtimeEvent("payment_success", (HOTEL, BOOKING)), RealtimeEvent("booking_confirmed", (HOTEL, BOOKING))),
        ("confirmed_at", "paid_at"),
        by="confirmed_by",
        only_if={"payment_success": "paid_at"},
    ),
    PushRule(
        BookingPaymentFailed,
        (RealtimeEvent("payment_failed", (STAFF, BOOKING)),),
        ("reason_code", "failed_at", "expires_at"),
    ),
    PushRule(
        PaymentTurnedAway,
        (RealtimeEvent("payment_failed", (STAFF, BOOKING)),),
        ("amount", "reason_code", "turned_away_at"),
    ),
    PushRule(
        BookingDeclined,
        (RealtimeEvent("booking_declined", (HOTEL, BOOKING)),),
        ("reason_code", "decision_made_at"),
        by="decision_made_by",
    ),
    PushRule(
        BookingCancelled,
        (RealtimeEvent("booking_cancelled", (HOTEL, BOOKING)),),
        ("cancelled_at",),
        _FEE,
        by="cancelled_by",
    ),
    PushRule(
        BookingExpired,
        (RealtimeEvent("booking_expired", (HOTEL, BOOKING)),),
        ("expired_at",),
        {"expiry_reason": "reason"},
    ),
    PushRule(
        BookingNoShow,
        (RealtimeEvent("booking_no_show", (HOTEL, BOOKING)),),
        ("marked_at",),
        _FEE,
        by="marked_by",
    ),
    PushRule(
        BookingRefunded,
        (RealtimeEvent("refund_processed", (HOTEL, BOOKING)),),
        ("refunded_at",),
        {"refund_amount": "amount"},
    ),
    PushRule(
        BookingRefundFailed,
        (RealtimeEvent("refund_failed", (HOTEL, STAFF, BOOKING)),),
        ("reason_code", "failed_at"),
        {"refund_amount": "amount"},
    ),
    PushRule(
        BookingRefundRetried,
        (RealtimeEvent("refund_retried", (HOTEL, STAFF, BOOKING)),),
        ("retried_at",),
        by="retried_by",
    ),
    PushRule(
        RoomAssigned,
        (RealtimeEvent("room_assigned", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",)),),
        ("room_number", "previous_room_number", "room_type_code", "assigned_at"),
        by="by",
    ),
    PushRule(
        RoomUnassigned,
        (RealtimeEvent("room_unassigned", (HOTEL, BOOKING, ROOM)),),
        ("room_number", "unassigned_at"),
        by="by",
    ),
    PushRule(
        RoomMoved,
        (RealtimeEvent("room_moved", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",)),),
        ("room_number", "previous_room_number", "room_type_code", "moved_at"),
        by="by",
    ),
    PushRule(
        GuestCheckedIn,
        (RealtimeEvent("booking_checked_in", (HOTEL, BOOKING, ROOM), ("booking-checked-in",)),),
        ("room_number", "checked_in_at"),
        by="checked_in_by",
    ),
    PushRule(
        GuestCheckedOut,
        (RealtimeEvent("booking_checked_out", (HOTEL, BOOKING, ROOM), ("booking-checked-out",)),),
        ("room_number", "checked_out_at", "check_out"),
        by="checked_out_by",
    ),
    PushRule(
        OverstayFlagged,
        (RealtimeEvent("overstay_flagged", (HOTEL, STAFF), ("booking_overstay_flagged",)),),
        (*_INCIDENT, "previous_severity", "room_number", "checkout_deadline_at", "flagged_at"),
    ),
    PushRule(
        OverstayAcknowledged,
        (RealtimeEvent("overstay_acknowledged", (HOTEL, STAFF), ("booking_overstay_acknowledged",)),),
        (*_INCIDENT, "acknowledged_at"),
        by="acknowledged_by",
    ),
    PushRule(
        OverstayDismissed,
        (RealtimeEvent("overstay_resolved", (HOTEL, STAFF), ("booking_overstay_resolved",)),),
        (*_INCIDENT, "dismissed_at"),
        by="dismissed_by",
    ),
    PushRule(
        StayExtended,
        (
            RealtimeEvent("overstay_extended", (HOTEL, STAFF), ("booking_overstay_extended",)),
            _BALANCE,
        ),
        ("room_number", "previous_check_out", "check_out", "nights_added", "checkout_deadline_at", "extended_at"),
        {"amount": "amount", "total_amount": "total", "balance_due": "balance_due"},
        by="extended_by",
    ),
    PushRule(
        OverstayResolved,
        (RealtimeEvent("overstay_resolved", (HOTEL, STAFF), ("booking_overstay_resolved",)),),
        (*_INCIDENT, "resolution", "resolved_at"),
    ),
    PushRule(BalancePaymentAccepted, (_BALANCE,), ("accepted_at",), _BALANCE_FIELDS),
    PushRule(BalanceSettled, (_BALANCE,), ("settled_at",), _BALANCE_FIELDS, by="settled_by"),
    PushRule(
        BalancePaid,
        (RealtimeEvent("payment_success", (HOTEL, BOOKING)),),
        ("paid_at",),
        _BALANCE_FIELDS,
    ),
    PushRule(
        BalancePaymentFailed,
        (RealtimeEvent("payment_failed", (STAFF, BOOKING)), _BALANCE),
        ("reason_code", "failed_at"),
        _BALANCE_FIELDS,
    ),
    PushRule(
        BalancePaymentRefused,
        (RealtimeEvent("payment_failed", (STAFF, BOOKING)),),
        ("reason_code", "refused_at"),
        _BALANCE_FIELDS,
    ),
    PushRule(
        ChatMessageSent,
        (RealtimeEvent("chat_message", (HOTEL, BOOKING)),),
        ("message_id", "sender", "sent_at"),
    ),
    PushRule(
        OrderPlaced,
        (RealtimeEvent("order_created", (HOTEL, BOOKING)),),
        ("order_id", "order_status", "room_number", "placed_at"),
    ),
    PushRule(
        OrderAccepted,
        (_ORDER_UPDATED,),
        ("order_id", "order_status", "room_number", "accepted_at"),
        by="accepted_by",
    ),
    PushRule(
        OrderCompleted,
        (_ORDER_UPDATED,),
        ("order_id", "order_status", "room_number", "completed_at", "total"),
        by="completed_by",
    ),
    PushRule(
        OrderCancelled,
        (_ORDER_UPDATED,),
        ("order_id", "order_status", "room_number", "cancelled_at"),
        by="cancelled_by",
    ),
    PushRule(PaymentMismatched, (RealtimeEvent("payment_mismatch", (STAFF,)),), ("reason_code", "found_at")),
    PushRule(
        PaymentDisputed,
        (RealtimeEvent("payment_disputed", (STAFF,)),),
        ("amount", "reason_code", "disputed_at"),
    ),
    PushRule(
        RoomStatusChanged,
        (RealtimeEvent("room_status_changed", (HOTEL, ROOM), ("room-status-changed",)),),
        ("room_number", "old_status", "new_status", "source", "priority"),
        by="by",
    ),
    PushRule(
        RoomBlocked,
        (RealtimeEvent("room_blocked", (HOTEL, ROOM)),),
        ("room_number", "block_id", "starts_on", "until", "out_of_order", "blocked_at"),
        by="by",
    ),
    PushRule(
        RoomUnblocked,
        (RealtimeEvent("room_unblocked", (HOTEL, ROOM)),),
        ("room_number", "block_id", "free_from", "until", "unblocked_at"),
        by="by",
    ),
    PushRule(
        HousekeepingTaskOpened,
        (RealtimeEvent("housekeeping_task_created", (HOTEL, ROOM)),),
        ("room_number", "task_id", "reason", "opened_at"),
    ),
    PushRule(
        HousekeepingTaskDone,
        (RealtimeEvent("housekeeping_task_done", (HOTEL, ROOM)),),
        ("room_number", "task_id", "done_at"),
        by="by",
    ),
    PushRule(
        HotelSettingsChanged,
        (RealtimeEvent("settings_updated", (HOTEL, PUBLIC), ("settings-updated",)),),
        ("fields",),
        {"version": "version_number"},
    ),
    # Coalesced into one push per hotel and second (`domain.availability`), so the push carries nothing of a booking.
    PushRule(InventoryHeld, (RealtimeEvent("availability_changed", (PUBLIC,)),)),
    PushRule(InventoryExtended, (RealtimeEvent("availability_changed", (PUBLIC,)),)),
    PushRule(InventoryReleased, (RealtimeEvent("availability_changed", (PUBLIC,)),)),
    PushRule(AvailabilityChanged, (RealtimeEvent("availability_changed", (PUBLIC,)),)),
    PushRule(
        NoticeGaveUp,
        (RealtimeEvent("notice_gave_up", (STAFF,)),),
        ("notice_id", "occasion", "medium", "reason_code", "gave_up_at"),
    ),
)

PUSHES = {row.event: row for row in _ROWS}

_PUSHED_BY_BOOKINGS = "bookings records the change in the booking's feed, and that event is pushed"

# Every other event, and the reason why it is not pushed.
NOT_PUSHED: dict[type[Event], str] = {
    PaymentAwaited: "the guest who opened the payment page sees it, and nothing else changes",
    BookingAmended: "it names changed fields of a staff note, which the next read returns",
    CommunicationRequested: "the guest receives the message, and the booking's log shows the result to staff",
    CommunicationNoted: "an internal note of staff in the booking's log",
    LookupRequested: "the requester receives a mail, and nobody else may learn of the request",
    MenuChanged: "a menu is read when a guest opens it",
    GuestTokenRevoked: "the connections of the token's holder are closed",
    PaymentSessionOpened: _PUSHED_BY_BOOKINGS,
    PaymentSessionExpired: "an expired payment page changes nothing visible; the booking's expiry is pushed",
    PaymentAuthorized: _PUSHED_BY_BOOKINGS,
    PaymentCaptured: _PUSHED_BY_BOOKINGS,
    PaymentCaptureFailed: _PUSHED_BY_BOOKINGS,
    PaymentVoided: "no money was taken; the decision that caused the void is pushed",
    CancellationFeeCaptured: "the cancellation is pushed with its fee",
    PaymentRefunded: _PUSHED_BY_BOOKINGS,
    RefundFailed: _PUSHED_BY_BOOKINGS,
    RoomOccupied: "the check-in and the room's status change are pushed",
    RoomVacated: "the check-out and the room's status change are pushed",
    NoticeReplayed: "the operator requested it, and the result is visible to staff",
    NoticeSent: "the recipient sees the notice itself",
}


def event_names_on(*kinds: ChannelKind) -> tuple[str, ...]:
    """The canonical names of all realtime events on channels of these kinds, in the table's order."""
    realtime_events = [each for rule in PUSHES.values() for each in rule.realtime_events] + [STATUS_CHANGED]
    return tuple(dict.fromkeys(each.name for each in realtime_events if set(each.channels) & set(kinds)))
