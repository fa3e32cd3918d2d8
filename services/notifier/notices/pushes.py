"""Which realtime event each fact becomes, on which channels, with which of its fields. The one table of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from contracts import bookings, notifier, payments, rooms
from contracts.message import Event
from services.notifier.channels import Kind

HOTEL, STAFF, BOOKING, ROOM, PUBLIC = Kind


@dataclass(frozen=True)
class Shown:
    """A realtime event: its name, what old clients call it, and the kinds of channel that carry it."""

    name: str
    on: tuple[Kind, ...]
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All its names, the canonical one first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class Push:
    """How one fact is shown. `fields` are taken over as they are named; `renamed` maps the wire's name to the fact's.

    `by` names the field that says who did it: staff see the display name of staff. `only_if` names a field that must
    be set for the event named beside it to be shown.
    """

    fact: type[Event]
    shown: tuple[Shown, ...]
    fields: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by: str | None = None
    only_if: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


# Shown besides its own event by every fact that changes a booking's status.
STATUS_CHANGED = Shown("booking_status_changed", (HOTEL, BOOKING), ("booking-updated", "booking_updated"))

_CREATED = Shown("booking_created", (HOTEL, BOOKING))
_STAY = ("room_type_code", "check_in", "check_out", "adults", "children", "source")
_FEE = {"cancellation_fee": "fee", "refund_amount": "refund"}
_BALANCE = Shown("balance_changed", (HOTEL, BOOKING))
_OWED = {"amount": "amount", "balance_due": "balance_due"}
_INCIDENT = ("incident_id", "incident_status", "severity")

_ORDER_UPDATED = Shown("order_updated", (HOTEL, BOOKING))

_ROWS = (
    Push(bookings.BookingDrafted, (_CREATED,), _STAY, {"total_amount": "total"}, by="by"),
    Push(bookings.BookingHeld, (_CREATED,), (*_STAY, "expires_at"), {"total_amount": "total"}, by="by"),
    Push(
        bookings.BookingAwaitsApproval,
        (Shown("payment_authorized", (HOTEL, STAFF, BOOKING)),),
        ("amount", "payment_authorized_at", "approval_deadline_at"),
    ),
    Push(
        bookings.ApprovalFellDue,
        (Shown("approval_due", (STAFF,)),),
        ("urgency", "payment_authorized_at", "approval_deadline_at", "noticed_at"),
    ),
    Push(
        bookings.BookingApproved,
        (Shown("booking_approved", (HOTEL, BOOKING)),),
        ("decision_made_at",),
        by="decision_made_by",
    ),
    Push(
        bookings.BookingConfirmed,
        (Shown("payment_success", (HOTEL, BOOKING)), Shown("booking_confirmed", (HOTEL, BOOKING))),
        ("confirmed_at", "paid_at"),
        by="confirmed_by",
        only_if={"payment_success": "paid_at"},
    ),
    Push(
        bookings.BookingPaymentFailed,
        (Shown("payment_failed", (STAFF, BOOKING)),),
        ("reason_code", "failed_at", "expires_at"),
    ),
    Push(
        bookings.PaymentTurnedAway,
        (Shown("payment_failed", (STAFF, BOOKING)),),
        ("amount", "reason_code", "turned_away_at"),
    ),
    Push(
        bookings.BookingDeclined,
        (Shown("booking_declined", (HOTEL, BOOKING)),),
        ("reason_code", "decision_made_at"),
        by="decision_made_by",
    ),
    Push(
        bookings.BookingCancelled,
        (Shown("booking_cancelled", (HOTEL, BOOKING)),),
        ("cancelled_at",),
        _FEE,
        by="cancelled_by",
    ),
    Push(
        bookings.BookingExpired,
        (Shown("booking_expired", (HOTEL, BOOKING)),),
        ("expired_at",),
        {"expiry_reason": "reason"},
    ),
    Push(bookings.BookingNoShow, (Shown("booking_no_show", (HOTEL, BOOKING)),), ("marked_at",), _FEE, by="marked_by"),
    Push(
        bookings.BookingRefunded,
        (Shown("refund_processed", (HOTEL, BOOKING)),),
        ("refunded_at",),
        {"refund_amount": "amount"},
    ),
    Push(
        bookings.BookingRefundFailed,
        (Shown("refund_failed", (HOTEL, STAFF, BOOKING)),),
        ("reason_code", "failed_at"),
        {"refund_amount": "amount"},
    ),
    Push(
        bookings.BookingRefundRetried,
        (Shown("refund_retried", (HOTEL, STAFF, BOOKING)),),
        ("retried_at",),
        by="retried_by",
    ),
    Push(
        bookings.RoomAssigned,
        (Shown("room_assigned", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",)),),
        ("room_number", "previous_room_number", "room_type_code", "assigned_at"),
        by="by",
    ),
    Push(
        bookings.RoomUnassigned,
        (Shown("room_unassigned", (HOTEL, BOOKING, ROOM)),),
        ("room_number", "unassigned_at"),
        by="by",
    ),
    Push(
        bookings.RoomMoved,
        (Shown("room_moved", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",)),),
        ("room_number", "previous_room_number", "room_type_code", "moved_at"),
        by="by",
    ),
    Push(
        bookings.GuestCheckedIn,
        (Shown("booking_checked_in", (HOTEL, BOOKING, ROOM), ("booking-checked-in",)),),
        ("room_number", "checked_in_at"),
        by="checked_in_by",
    ),
    Push(
        bookings.GuestCheckedOut,
        (Shown("booking_checked_out", (HOTEL, BOOKING, ROOM), ("booking-checked-out",)),),
        ("room_number", "checked_out_at", "check_out"),
        by="checked_out_by",
    ),
    Push(
        bookings.OverstayFlagged,
        (Shown("overstay_flagged", (HOTEL, STAFF), ("booking_overstay_flagged",)),),
        (*_INCIDENT, "previous_severity", "room_number", "checkout_deadline_at", "flagged_at"),
    ),
    Push(
        bookings.OverstayAcknowledged,
        (Shown("overstay_acknowledged", (HOTEL, STAFF), ("booking_overstay_acknowledged",)),),
        (*_INCIDENT, "acknowledged_at"),
        by="acknowledged_by",
    ),
    Push(
        bookings.OverstayDismissed,
        (Shown("overstay_resolved", (HOTEL, STAFF), ("booking_overstay_resolved",)),),
        (*_INCIDENT, "dismissed_at"),
        by="dismissed_by",
    ),
    Push(
        bookings.StayExtended,
        (
            Shown("overstay_extended", (HOTEL, STAFF), ("booking_overstay_extended",)),
            _BALANCE,
        ),
        ("room_number", "previous_check_out", "check_out", "nights_added", "checkout_deadline_at", "extended_at"),
        {"amount": "amount", "total_amount": "total", "balance_due": "balance_due"},
        by="extended_by",
    ),
    Push(
        bookings.OverstayResolved,
        (Shown("overstay_resolved", (HOTEL, STAFF), ("booking_overstay_resolved",)),),
        (*_INCIDENT, "resolution", "resolved_at"),
    ),
    Push(bookings.BalancePaymentAccepted, (_BALANCE,), ("accepted_at",), _OWED),
    Push(bookings.BalanceSettled, (_BALANCE,), ("settled_at",), _OWED, by="settled_by"),
    Push(
        bookings.BalancePaid,
        (Shown("payment_success", (HOTEL, BOOKING)),),
        ("paid_at",),
        _OWED,
    ),
    Push(
        bookings.BalancePaymentFailed,
        (Shown("payment_failed", (STAFF, BOOKING)), _BALANCE),
        ("reason_code", "failed_at"),
        _OWED,
    ),
    Push(
        bookings.BalancePaymentRefused,
        (Shown("payment_failed", (STAFF, BOOKING)),),
        ("reason_code", "refused_at"),
        _OWED,
    ),
    Push(
        bookings.ChatMessageSent,
        (Shown("chat_message", (HOTEL, BOOKING)),),
        ("message_id", "sender", "sent_at"),
    ),
    Push(
        bookings.OrderPlaced,
        (Shown("order_created", (HOTEL, BOOKING)),),
        ("order_id", "order_status", "room_number", "placed_at"),
    ),
    Push(
        bookings.OrderAccepted,
        (_ORDER_UPDATED,),
        ("order_id", "order_status", "room_number", "accepted_at"),
        by="accepted_by",
    ),
    Push(
        bookings.OrderCompleted,
        (_ORDER_UPDATED,),
        ("order_id", "order_status", "room_number", "completed_at", "total"),
        by="completed_by",
    ),
    Push(
        bookings.OrderCancelled,
        (_ORDER_UPDATED,),
        ("order_id", "order_status", "room_number", "cancelled_at"),
        by="cancelled_by",
    ),
    Push(payments.PaymentMismatched, (Shown("payment_mismatch", (STAFF,)),), ("reason_code", "found_at")),
    Push(payments.PaymentDisputed, (Shown("payment_disputed", (STAFF,)),), ("amount", "reason_code", "disputed_at")),
    Push(
        rooms.RoomStatusChanged,
        (Shown("room_status_changed", (HOTEL, ROOM), ("room-status-changed",)),),
        ("room_number", "old_status", "new_status", "source", "priority"),
        by="by",
    ),
    Push(
        rooms.RoomBlocked,
        (Shown("room_blocked", (HOTEL, ROOM)),),
        ("room_number", "block_id", "starts_on", "until", "out_of_order", "blocked_at"),
        by="by",
    ),
    Push(
        rooms.RoomUnblocked,
        (Shown("room_unblocked", (HOTEL, ROOM)),),
        ("room_number", "block_id", "free_from", "until", "unblocked_at"),
        by="by",
    ),
    Push(
        rooms.HousekeepingTaskOpened,
        (Shown("housekeeping_task_created", (HOTEL, ROOM)),),
        ("room_number", "task_id", "reason", "opened_at"),
    ),
    Push(
        rooms.HousekeepingTaskDone,
        (Shown("housekeeping_task_done", (HOTEL, ROOM)),),
        ("room_number", "task_id", "done_at"),
        by="by",
    ),
    Push(
        rooms.HotelSettingsChanged,
        (Shown("settings_updated", (HOTEL, PUBLIC), ("settings-updated",)),),
        ("fields",),
        {"version": "version_number"},
    ),
    # Any number of these a second become one push (`domain.availability`), so they carry nothing of the booking.
    Push(rooms.InventoryHeld, (Shown("availability_changed", (PUBLIC,)),)),
    Push(rooms.InventoryExtended, (Shown("availability_changed", (PUBLIC,)),)),
    Push(rooms.InventoryReleased, (Shown("availability_changed", (PUBLIC,)),)),
    Push(rooms.AvailabilityChanged, (Shown("availability_changed", (PUBLIC,)),)),
    Push(
        notifier.NoticeGaveUp,
        (Shown("notice_gave_up", (STAFF,)),),
        ("notice_id", "occasion", "medium", "reason_code", "gave_up_at"),
    ),
)

PUSHES = {row.fact: row for row in _ROWS}

_TOLD_BY_BOOKINGS = "the booking's own fact about it is shown, with the number of the booking's feed"

# Every other fact, and why nobody is shown it.
NOT_SHOWN: dict[type[Event], str] = {
    bookings.PaymentAwaited: "whoever opened the page to pay on has it before them, and nothing else has changed",
    bookings.BookingAmended: "it names the fields of a note among staff, which the next read shows",
    bookings.CommunicationRequested: "the guest gets it, and staff find its fate in the booking's log",
    bookings.CommunicationNoted: "staff keep it among themselves, in the booking's log",
    bookings.LookupRequested: "whoever asked gets a mail, and nobody else is to know that they did",
    rooms.MenuChanged: "a menu is read when a guest opens it",
    bookings.GuestTokenRevoked: "whoever held the token is thrown out, which says it",
    payments.PaymentSessionOpened: _TOLD_BY_BOOKINGS,
    payments.PaymentSessionExpired: "a page that ran out changes nothing that anyone sees; the booking's expiry does",
    payments.PaymentAuthorized: _TOLD_BY_BOOKINGS,
    payments.PaymentCaptured: _TOLD_BY_BOOKINGS,
    payments.PaymentCaptureFailed: _TOLD_BY_BOOKINGS,
    payments.PaymentVoided: "nothing was taken; the decision that led to it is shown",
    payments.CancellationFeeCaptured: "the cancellation is shown with its fee",
    payments.PaymentRefunded: _TOLD_BY_BOOKINGS,
    payments.RefundFailed: _TOLD_BY_BOOKINGS,
    rooms.RoomOccupied: "the check-in and the room's change of status are shown",
    rooms.RoomVacated: "the check-out and the room's change of status are shown",
    notifier.NoticeReplayed: "the operator who asked for it knows, and staff see what comes of it",
    notifier.NoticeSent: "the notice itself is what its reader sees",
}


def names_on(*kinds: Kind) -> tuple[str, ...]:
    """The canonical names of all events that these kinds of channel may carry, in the table's order."""
    all_shown = [shown for push in PUSHES.values() for shown in push.shown] + [STATUS_CHANGED]
    return tuple(dict.fromkeys(shown.name for shown in all_shown if set(shown.on) & set(kinds)))
