"""The table of pushes: the realtime events that each event causes, and the fields that they carry."""

from contracts.bookings.amendments import BookingAmended
from contracts.bookings.approval import (
    ApprovalFellDue,
    BookingApproved,
    BookingAwaitsApproval,
    BookingConfirmed,
    BookingDeclined,
    PaymentNotRequired,
)
from contracts.bookings.balance import (
    BalancePaid,
    BalancePaymentAccepted,
    BalancePaymentFailed,
    BalancePaymentRefused,
    BalanceSettled,
    RefundedAtDesk,
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
from contracts.bookings.room_plan import RoomPlanImpossible
from contracts.bookings.stay_changes import StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.bookings.stays import (
    BookingNoShow,
    GuestCheckedIn,
    GuestCheckedOut,
    RoomAssigned,
    RoomLocked,
    RoomMoved,
    RoomUnassigned,
)
from contracts.bookings.undo import CheckInUndone, CheckOutUndone, NoShowUndone
from contracts.bookings.unusual_holds import HoldsUnusual
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
from contracts.rooms.events import RoomOccupied, RoomVacated
from contracts.rooms.menu import MenuChanged
from services.notifier.channels import ChannelKind
from services.notifier.domain import realtime_events as realtime
from services.notifier.domain.push_rule import PushRule
from services.notifier.domain.room_pushes import ROOM_PUSHES

_STAY = ("room_type_code", "check_in", "check_out", "adults", "children", "source")
_FEE = {"cancellation_fee": "fee", "refund_amount": "refund"}
_BALANCE_FIELDS = {"amount": "amount", "balance_due": "balance_due"}
_INCIDENT = ("incident_id", "incident_status", "severity")
_ORDER = ("order_id", "order_status", "room_number")
_CHANGED_STAY = (
    *("check_in", "check_out", "room_type_code", "adults", "children"),
    *("previous_check_in", "previous_check_out", "previous_room_type_code"),
)
_HELD_CHANGE = ("change_id", "check_in", "check_out", "room_type_code", "adults", "children")
_CHANGED_MONEY = {"total_amount": "total", "refund_amount": "refund", "difference": "difference", "fee": "fee"}
_ROOM_CHANGE = ("room_number", "previous_room_number", "room_type_code")

_ROWS = (
    PushRule(BookingDrafted, (realtime.BOOKING_CREATED,), _STAY, {"total_amount": "total"}, by="by"),
    PushRule(BookingHeld, (realtime.BOOKING_CREATED,), (*_STAY, "expires_at"), {"total_amount": "total"}, by="by"),
    PushRule(
        BookingAwaitsApproval,
        (realtime.PAYMENT_AUTHORIZED,),
        ("amount", "payment_authorized_at", "approval_deadline_at"),
    ),
    PushRule(PaymentNotRequired, (realtime.APPROVAL_REQUESTED,), ("submitted_at", "approval_deadline_at")),
    PushRule(
        ApprovalFellDue,
        (realtime.APPROVAL_DUE,),
        ("urgency", "payment_authorized_at", "approval_deadline_at", "noticed_at"),
    ),
    PushRule(BookingApproved, (realtime.BOOKING_APPROVED,), ("decision_made_at",), by="decision_made_by"),
    PushRule(
        BookingConfirmed,
        (realtime.PAYMENT_SUCCESS, realtime.BOOKING_CONFIRMED),
        ("confirmed_at", "paid_at"),
        by="confirmed_by",
        only_if={"payment_success": "paid_at"},
    ),
    PushRule(BookingPaymentFailed, (realtime.PAYMENT_FAILED,), ("reason_code", "failed_at", "expires_at")),
    PushRule(PaymentTurnedAway, (realtime.PAYMENT_FAILED,), ("amount", "reason_code", "turned_away_at")),
    PushRule(BookingDeclined, (realtime.BOOKING_DECLINED,), ("reason_code", "decision_made_at"), by="decision_made_by"),
    PushRule(BookingCancelled, (realtime.BOOKING_CANCELLED,), ("cancelled_at",), _FEE, by="cancelled_by"),
    PushRule(BookingExpired, (realtime.BOOKING_EXPIRED,), ("expired_at",), {"expiry_reason": "reason"}),
    PushRule(BookingNoShow, (realtime.BOOKING_NO_SHOW,), ("marked_at",), _FEE, by="marked_by"),
    PushRule(BookingRefunded, (realtime.REFUND_PROCESSED,), ("refunded_at",), {"refund_amount": "amount"}),
    PushRule(BookingRefundFailed, (realtime.REFUND_FAILED,), ("reason_code", "failed_at"), {"refund_amount": "amount"}),
    PushRule(BookingRefundRetried, (realtime.REFUND_RETRIED,), ("retried_at",), by="retried_by"),
    PushRule(RoomAssigned, (realtime.ROOM_ASSIGNED,), (*_ROOM_CHANGE, "assigned_at"), by="by"),
    PushRule(RoomLocked, (realtime.ROOM_LOCKED,), ("room_number", "locked", "changed_at"), by="by"),
    PushRule(RoomUnassigned, (realtime.ROOM_UNASSIGNED,), ("room_number", "unassigned_at"), by="by"),
    PushRule(RoomMoved, (realtime.ROOM_MOVED,), (*_ROOM_CHANGE, "moved_at"), by="by"),
    PushRule(GuestCheckedIn, (realtime.BOOKING_CHECKED_IN,), ("room_number", "checked_in_at"), by="checked_in_by"),
    PushRule(
        GuestCheckedOut,
        (realtime.BOOKING_CHECKED_OUT,),
        ("room_number", "checked_out_at", "check_out"),
        by="checked_out_by",
    ),
    PushRule(
        CheckInUndone, (realtime.BOOKING_CHECK_IN_UNDONE,), ("room_number", "room_status", "undone_at"), by="undone_by"
    ),
    PushRule(
        CheckOutUndone, (realtime.BOOKING_CHECK_OUT_UNDONE,), ("room_number", "check_out", "undone_at"), by="undone_by"
    ),
    PushRule(
        NoShowUndone, (realtime.BOOKING_NO_SHOW_UNDONE,), ("first_night", "balance_due", "undone_at"), by="undone_by"
    ),
    PushRule(
        OverstayFlagged,
        (realtime.OVERSTAY_FLAGGED,),
        (*_INCIDENT, "previous_severity", "room_number", "checkout_deadline_at", "flagged_at"),
    ),
    PushRule(
        OverstayAcknowledged, (realtime.OVERSTAY_ACKNOWLEDGED,), (*_INCIDENT, "acknowledged_at"), by="acknowledged_by"
    ),
    PushRule(OverstayDismissed, (realtime.OVERSTAY_RESOLVED,), (*_INCIDENT, "dismissed_at"), by="dismissed_by"),
    PushRule(
        StayExtended,
        (realtime.OVERSTAY_EXTENDED, realtime.BALANCE_CHANGED),
        ("room_number", "previous_check_out", "check_out", "nights_added", "checkout_deadline_at", "extended_at"),
        {"amount": "amount", "total_amount": "total", "balance_due": "balance_due"},
        by="extended_by",
    ),
    PushRule(
        StayChanged,
        (realtime.BOOKING_CHANGED,),
        (*_CHANGED_STAY, "room_number", "freed_room_number", "settlement", "checkout_deadline_at", "changed_at"),
        _CHANGED_MONEY | {"balance_due": "balance_due"},
        by="changed_by",
    ),
    PushRule(
        StayChangeHeld,
        (realtime.BOOKING_CHANGE_PENDING,),
        (*_HELD_CHANGE, "room_number", "amount", "expires_at", "held_at"),
        {"total_amount": "total"},
        by="held_by",
    ),
    PushRule(
        StayChangeLapsed,
        (realtime.BOOKING_CHANGE_LAPSED,),
        ("change_id", "room_number", "amount", "reason", "lapsed_at"),
    ),
    PushRule(OverstayResolved, (realtime.OVERSTAY_RESOLVED,), (*_INCIDENT, "resolution", "resolved_at")),
    PushRule(BalancePaymentAccepted, (realtime.BALANCE_CHANGED,), ("accepted_at",), _BALANCE_FIELDS),
    PushRule(BalanceSettled, (realtime.BALANCE_CHANGED,), ("settled_at",), _BALANCE_FIELDS, by="settled_by"),
    PushRule(
        RefundedAtDesk,
        (realtime.BALANCE_CHANGED,),
        ("refunded_at",),
        _BALANCE_FIELDS | {"desk_refund_due": "desk_refund_due"},
        by="refunded_by",
    ),
    PushRule(BalancePaid, (realtime.PAYMENT_SUCCESS,), ("paid_at",), _BALANCE_FIELDS),
    PushRule(
        BalancePaymentFailed,
        (realtime.PAYMENT_FAILED, realtime.BALANCE_CHANGED),
        ("reason_code", "failed_at"),
        _BALANCE_FIELDS,
    ),
    PushRule(BalancePaymentRefused, (realtime.PAYMENT_FAILED,), ("reason_code", "refused_at"), _BALANCE_FIELDS),
    PushRule(ChatMessageSent, (realtime.CHAT_MESSAGE,), ("message_id", "sender", "sent_at")),
    PushRule(OrderPlaced, (realtime.ORDER_CREATED,), (*_ORDER, "placed_at")),
    PushRule(OrderAccepted, (realtime.ORDER_UPDATED,), (*_ORDER, "accepted_at"), by="accepted_by"),
    PushRule(OrderCompleted, (realtime.ORDER_UPDATED,), (*_ORDER, "completed_at", "total"), by="completed_by"),
    PushRule(OrderCancelled, (realtime.ORDER_UPDATED,), (*_ORDER, "cancelled_at"), by="cancelled_by"),
    PushRule(PaymentMismatched, (realtime.PAYMENT_MISMATCH,), ("reason_code", "found_at")),
    PushRule(PaymentDisputed, (realtime.PAYMENT_DISPUTED,), ("amount", "reason_code", "disputed_at")),
    PushRule(HoldsUnusual, (realtime.HOLDS_UNUSUAL,), ("night", "held", "rooms", "noticed_at")),
    PushRule(
        RoomPlanImpossible,
        (realtime.ROOM_PLAN_IMPOSSIBLE,),
        ("nights", "blocked_by", "left_off", "proven", "noticed_at"),
    ),
    PushRule(
        NoticeGaveUp, (realtime.NOTICE_GAVE_UP,), ("notice_id", "occasion", "medium", "reason_code", "gave_up_at")
    ),
)

PUSHES = {row.event: row for row in (*_ROWS, *ROOM_PUSHES)}

_PUSHED_BY_BOOKINGS = "bookings records the change in the booking's feed, and that event is pushed"

# Every other event, and the reason why it is not pushed.
NOT_PUSHED: dict[type[Event], str] = {
    PaymentAwaited: "the guest who opened the payment page is on it, and reads the longer hold on the return",
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
    realtime_events = [each for rule in PUSHES.values() for each in rule.realtime_events] + [realtime.STATUS_CHANGED]
    return tuple(dict.fromkeys(each.name for each in realtime_events if set(each.channels) & set(kinds)))
