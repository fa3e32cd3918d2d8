"""The table of pushes: the realtime events for each event, with their channels and fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from contracts import bookings, notifier, payments, rooms
from contracts.message import Event
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

_STAY = ("room_type_code", "check_in", "check_out", "adults", "children", "source")
_FEE = {"cancellation_fee": "fee", "refund_amount": "refund"}
_BALANCE_FIELDS = {"amount": "amount", "balance_due": "balance_due"}
_INCIDENT = ("incident_id", "incident_status", "severity")
_ORDER = ("order_id", "order_status", "room_number")
_ROOM_CHANGE = ("room_number", "previous_room_number", "room_type_code")

_BOOKING_CREATED = RealtimeEvent("booking_created", (HOTEL, BOOKING))
_PAYMENT_AUTHORIZED = RealtimeEvent("payment_authorized", (HOTEL, STAFF, BOOKING))
_APPROVAL_DUE = RealtimeEvent("approval_due", (STAFF,))
_BOOKING_APPROVED = RealtimeEvent("booking_approved", (HOTEL, BOOKING))
_PAYMENT_SUCCESS = RealtimeEvent("payment_success", (HOTEL, BOOKING))
_BOOKING_CONFIRMED = RealtimeEvent("booking_confirmed", (HOTEL, BOOKING))
_PAYMENT_FAILED = RealtimeEvent("payment_failed", (STAFF, BOOKING))
_BOOKING_DECLINED = RealtimeEvent("booking_declined", (HOTEL, BOOKING))
_BOOKING_CANCELLED = RealtimeEvent("booking_cancelled", (HOTEL, BOOKING))
_BOOKING_EXPIRED = RealtimeEvent("booking_expired", (HOTEL, BOOKING))
_BOOKING_NO_SHOW = RealtimeEvent("booking_no_show", (HOTEL, BOOKING))
_REFUND_PROCESSED = RealtimeEvent("refund_processed", (HOTEL, BOOKING))
_REFUND_FAILED = RealtimeEvent("refund_failed", (HOTEL, STAFF, BOOKING))
_REFUND_RETRIED = RealtimeEvent("refund_retried", (HOTEL, STAFF, BOOKING))
_ROOM_ASSIGNED = RealtimeEvent("room_assigned", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",))
_ROOM_UNASSIGNED = RealtimeEvent("room_unassigned", (HOTEL, BOOKING, ROOM))
_ROOM_MOVED = RealtimeEvent("room_moved", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",))
_BOOKING_CHECKED_IN = RealtimeEvent("booking_checked_in", (HOTEL, BOOKING, ROOM), ("booking-checked-in",))
_BOOKING_CHECKED_OUT = RealtimeEvent("booking_checked_out", (HOTEL, BOOKING, ROOM), ("booking-checked-out",))
_OVERSTAY_FLAGGED = RealtimeEvent("overstay_flagged", (HOTEL, STAFF), ("booking_overstay_flagged",))
_OVERSTAY_ACKNOWLEDGED = RealtimeEvent("overstay_acknowledged", (HOTEL, STAFF), ("booking_overstay_acknowledged",))
_OVERSTAY_RESOLVED = RealtimeEvent("overstay_resolved", (HOTEL, STAFF), ("booking_overstay_resolved",))
_OVERSTAY_EXTENDED = RealtimeEvent("overstay_extended", (HOTEL, STAFF), ("booking_overstay_extended",))
_BALANCE_CHANGED = RealtimeEvent("balance_changed", (HOTEL, BOOKING))
_CHAT_MESSAGE = RealtimeEvent("chat_message", (HOTEL, BOOKING))
_ORDER_CREATED = RealtimeEvent("order_created", (HOTEL, BOOKING))
_ORDER_UPDATED = RealtimeEvent("order_updated", (HOTEL, BOOKING))
_PAYMENT_MISMATCH = RealtimeEvent("payment_mismatch", (STAFF,))
_PAYMENT_DISPUTED = RealtimeEvent("payment_disputed", (STAFF,))
_ROOM_STATUS_CHANGED = RealtimeEvent("room_status_changed", (HOTEL, ROOM), ("room-status-changed",))
_ROOM_BLOCKED = RealtimeEvent("room_blocked", (HOTEL, ROOM))
_ROOM_UNBLOCKED = RealtimeEvent("room_unblocked", (HOTEL, ROOM))
_HOUSEKEEPING_TASK_CREATED = RealtimeEvent("housekeeping_task_created", (HOTEL, ROOM))
_HOUSEKEEPING_TASK_DONE = RealtimeEvent("housekeeping_task_done", (HOTEL, ROOM))
_SETTINGS_UPDATED = RealtimeEvent("settings_updated", (HOTEL, PUBLIC), ("settings-updated",))
AVAILABILITY_CHANGED = RealtimeEvent("availability_changed", (PUBLIC,))
NOTICE_GAVE_UP = RealtimeEvent("notice_gave_up", (STAFF,))

_ROWS = (
    PushRule(bookings.BookingDrafted, (_BOOKING_CREATED,), _STAY, {"total_amount": "total"}, by="by"),
    PushRule(bookings.BookingHeld, (_BOOKING_CREATED,), (*_STAY, "expires_at"), {"total_amount": "total"}, by="by"),
    PushRule(
        bookings.BookingAwaitsApproval,
        (_PAYMENT_AUTHORIZED,),
        ("amount", "payment_authorized_at", "approval_deadline_at"),
    ),
    PushRule(
        bookings.ApprovalFellDue,
        (_APPROVAL_DUE,),
        ("urgency", "payment_authorized_at", "approval_deadline_at", "noticed_at"),
    ),
    PushRule(bookings.BookingApproved, (_BOOKING_APPROVED,), ("decision_made_at",), by="decision_made_by"),
    PushRule(
        bookings.BookingConfirmed,
        (_PAYMENT_SUCCESS, _BOOKING_CONFIRMED),
        ("confirmed_at", "paid_at"),
        by="confirmed_by",
        only_if={"payment_success": "paid_at"},
    ),
    PushRule(bookings.BookingPaymentFailed, (_PAYMENT_FAILED,), ("reason_code", "failed_at", "expires_at")),
    PushRule(bookings.PaymentTurnedAway, (_PAYMENT_FAILED,), ("amount", "reason_code", "turned_away_at")),
    PushRule(
        bookings.BookingDeclined, (_BOOKING_DECLINED,), ("reason_code", "decision_made_at"), by="decision_made_by"
    ),
    PushRule(bookings.BookingCancelled, (_BOOKING_CANCELLED,), ("cancelled_at",), _FEE, by="cancelled_by"),
    PushRule(bookings.BookingExpired, (_BOOKING_EXPIRED,), ("expired_at",), {"expiry_reason": "reason"}),
    PushRule(bookings.BookingNoShow, (_BOOKING_NO_SHOW,), ("marked_at",), _FEE, by="marked_by"),
    PushRule(bookings.BookingRefunded, (_REFUND_PROCESSED,), ("refunded_at",), {"refund_amount": "amount"}),
    PushRule(
        bookings.BookingRefundFailed, (_REFUND_FAILED,), ("reason_code", "failed_at"), {"refund_amount": "amount"}
    ),
    PushRule(bookings.BookingRefundRetried, (_REFUND_RETRIED,), ("retried_at",), by="retried_by"),
    PushRule(bookings.RoomAssigned, (_ROOM_ASSIGNED,), (*_ROOM_CHANGE, "assigned_at"), by="by"),
    PushRule(bookings.RoomUnassigned, (_ROOM_UNASSIGNED,), ("room_number", "unassigned_at"), by="by"),
    PushRule(bookings.RoomMoved, (_ROOM_MOVED,), (*_ROOM_CHANGE, "moved_at"), by="by"),
    PushRule(bookings.GuestCheckedIn, (_BOOKING_CHECKED_IN,), ("room_number", "checked_in_at"), by="checked_in_by"),
    PushRule(
        bookings.GuestCheckedOut,
        (_BOOKING_CHECKED_OUT,),
        ("room_number", "checked_out_at", "check_out"),
        by="checked_out_by",
    ),
    PushRule(
        bookings.OverstayFlagged,
        (_OVERSTAY_FLAGGED,),
        (*_INCIDENT, "previous_severity", "room_number", "checkout_deadline_at", "flagged_at"),
    ),
    PushRule(
        bookings.OverstayAcknowledged, (_OVERSTAY_ACKNOWLEDGED,), (*_INCIDENT, "acknowledged_at"), by="acknowledged_by"
    ),
    PushRule(bookings.OverstayDismissed, (_OVERSTAY_RESOLVED,), (*_INCIDENT, "dismissed_at"), by="dismissed_by"),
    PushRule(
        bookings.StayExtended,
        (_OVERSTAY_EXTENDED, _BALANCE_CHANGED),
        ("room_number", "previous_check_out", "check_out", "nights_added", "checkout_deadline_at", "extended_at"),
        {"amount": "amount", "total_amount": "total", "balance_due": "balance_due"},
        by="extended_by",
    ),
    PushRule(bookings.OverstayResolved, (_OVERSTAY_RESOLVED,), (*_INCIDENT, "resolution", "resolved_at")),
    PushRule(bookings.BalancePaymentAccepted, (_BALANCE_CHANGED,), ("accepted_at",), _BALANCE_FIELDS),
    PushRule(bookings.BalanceSettled, (_BALANCE_CHANGED,), ("settled_at",), _BALANCE_FIELDS, by="settled_by"),
    PushRule(bookings.BalancePaid, (_PAYMENT_SUCCESS,), ("paid_at",), _BALANCE_FIELDS),
    PushRule(
        bookings.BalancePaymentFailed,
        (_PAYMENT_FAILED, _BALANCE_CHANGED),
        ("reason_code", "failed_at"),
        _BALANCE_FIELDS,
    ),
    PushRule(bookings.BalancePaymentRefused, (_PAYMENT_FAILED,), ("reason_code", "refused_at"), _BALANCE_FIELDS),
    PushRule(bookings.ChatMessageSent, (_CHAT_MESSAGE,), ("message_id", "sender", "sent_at")),
    PushRule(bookings.OrderPlaced, (_ORDER_CREATED,), (*_ORDER, "placed_at")),
    PushRule(bookings.OrderAccepted, (_ORDER_UPDATED,), (*_ORDER, "accepted_at"), by="accepted_by"),
    PushRule(bookings.OrderCompleted, (_ORDER_UPDATED,), (*_ORDER, "completed_at", "total"), by="completed_by"),
    PushRule(bookings.OrderCancelled, (_ORDER_UPDATED,), (*_ORDER, "cancelled_at"), by="cancelled_by"),
    PushRule(payments.PaymentMismatched, (_PAYMENT_MISMATCH,), ("reason_code", "found_at")),
    PushRule(payments.PaymentDisputed, (_PAYMENT_DISPUTED,), ("amount", "reason_code", "disputed_at")),
    PushRule(
        rooms.RoomStatusChanged,
        (_ROOM_STATUS_CHANGED,),
        ("room_number", "old_status", "new_status", "source", "priority"),
        by="by",
    ),
    PushRule(
        rooms.RoomBlocked,
        (_ROOM_BLOCKED,),
        ("room_number", "block_id", "starts_on", "until", "out_of_order", "blocked_at"),
        by="by",
    ),
    PushRule(
        rooms.RoomUnblocked,
        (_ROOM_UNBLOCKED,),
        ("room_number", "block_id", "free_from", "until", "unblocked_at"),
        by="by",
    ),
    PushRule(
        rooms.HousekeepingTaskOpened, (_HOUSEKEEPING_TASK_CREATED,), ("room_number", "task_id", "reason", "opened_at")
    ),
    PushRule(rooms.HousekeepingTaskDone, (_HOUSEKEEPING_TASK_DONE,), ("room_number", "task_id", "done_at"), by="by"),
    PushRule(rooms.HotelSettingsChanged, (_SETTINGS_UPDATED,), ("fields",), {"version": "version_number"}),
    # Coalesced into one push per hotel and second (`domain.availability`), so the push carries nothing of a booking.
    PushRule(rooms.InventoryHeld, (AVAILABILITY_CHANGED,)),
    PushRule(rooms.InventoryExtended, (AVAILABILITY_CHANGED,)),
    PushRule(rooms.InventoryReleased, (AVAILABILITY_CHANGED,)),
    PushRule(rooms.AvailabilityChanged, (AVAILABILITY_CHANGED,)),
    PushRule(
        notifier.NoticeGaveUp, (NOTICE_GAVE_UP,), ("notice_id", "occasion", "medium", "reason_code", "gave_up_at")
    ),
)

PUSHES = {row.event: row for row in _ROWS}

_PUSHED_BY_BOOKINGS = "bookings records the change in the booking's feed, and that event is pushed"

# Every other event, and the reason why it is not pushed.
NOT_PUSHED: dict[type[Event], str] = {
    bookings.PaymentAwaited: "the guest who opened the payment page sees it, and nothing else changes",
    bookings.BookingAmended: "it names changed fields of a staff note, which the next read returns",
    bookings.CommunicationRequested: "the guest receives the message, and the booking's log shows the result to staff",
    bookings.CommunicationNoted: "an internal note of staff in the booking's log",
    bookings.LookupRequested: "the requester receives a mail, and nobody else may learn of the request",
    rooms.MenuChanged: "a menu is read when a guest opens it",
    bookings.GuestTokenRevoked: "the connections of the token's holder are closed",
    payments.PaymentSessionOpened: _PUSHED_BY_BOOKINGS,
    payments.PaymentSessionExpired: "an expired payment page changes nothing visible; the booking's expiry is pushed",
    payments.PaymentAuthorized: _PUSHED_BY_BOOKINGS,
    payments.PaymentCaptured: _PUSHED_BY_BOOKINGS,
    payments.PaymentCaptureFailed: _PUSHED_BY_BOOKINGS,
    payments.PaymentVoided: "no money was taken; the decision that caused the void is pushed",
    payments.CancellationFeeCaptured: "the cancellation is pushed with its fee",
    payments.PaymentRefunded: _PUSHED_BY_BOOKINGS,
    payments.RefundFailed: _PUSHED_BY_BOOKINGS,
    rooms.RoomOccupied: "the check-in and the room's status change are pushed",
    rooms.RoomVacated: "the check-out and the room's status change are pushed",
    notifier.NoticeReplayed: "the operator requested it, and the result is visible to staff",
    notifier.NoticeSent: "the recipient sees the notice itself",
}


def event_names_on(*kinds: ChannelKind) -> tuple[str, ...]:
    """The canonical names of all realtime events on channels of these kinds, in the table's order."""
    realtime_events = [each for rule in PUSHES.values() for each in rule.realtime_events] + [STATUS_CHANGED]
    return tuple(dict.fromkeys(each.name for each in realtime_events if set(each.channels) & set(kinds)))
