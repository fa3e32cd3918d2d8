"""The table of realtime events: the name, the channels and the aliases of each event that clients receive."""

from dataclasses import dataclass

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


BOOKING_CREATED = RealtimeEvent("booking_created", (HOTEL, BOOKING))
BOOKING_CHANGED = RealtimeEvent("booking_changed", (HOTEL, BOOKING, ROOM))
BOOKING_CHANGE_PENDING = RealtimeEvent("booking_change_pending", (HOTEL, BOOKING, ROOM))
BOOKING_CHANGE_LAPSED = RealtimeEvent("booking_change_lapsed", (HOTEL, BOOKING, ROOM))
PAYMENT_AUTHORIZED = RealtimeEvent("payment_authorized", (HOTEL, STAFF, BOOKING))
APPROVAL_REQUESTED = RealtimeEvent("approval_requested", (HOTEL, STAFF, BOOKING))
APPROVAL_DUE = RealtimeEvent("approval_due", (STAFF,))
BOOKING_APPROVED = RealtimeEvent("booking_approved", (HOTEL, BOOKING))
PAYMENT_SUCCESS = RealtimeEvent("payment_success", (HOTEL, BOOKING))
BOOKING_CONFIRMED = RealtimeEvent("booking_confirmed", (HOTEL, BOOKING))
PAYMENT_FAILED = RealtimeEvent("payment_failed", (STAFF, BOOKING))
BOOKING_DECLINED = RealtimeEvent("booking_declined", (HOTEL, BOOKING))
BOOKING_CANCELLED = RealtimeEvent("booking_cancelled", (HOTEL, BOOKING))
BOOKING_EXPIRED = RealtimeEvent("booking_expired", (HOTEL, BOOKING))
BOOKING_NO_SHOW = RealtimeEvent("booking_no_show", (HOTEL, BOOKING))
REFUND_PROCESSED = RealtimeEvent("refund_processed", (HOTEL, BOOKING))
REFUND_FAILED = RealtimeEvent("refund_failed", (HOTEL, STAFF, BOOKING))
REFUND_RETRIED = RealtimeEvent("refund_retried", (HOTEL, STAFF, BOOKING))
ROOM_ASSIGNED = RealtimeEvent("room_assigned", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",))
ROOM_LOCKED = RealtimeEvent("room_locked", (HOTEL, ROOM))
ROOM_UNASSIGNED = RealtimeEvent("room_unassigned", (HOTEL, BOOKING, ROOM))
ROOM_MOVED = RealtimeEvent("room_moved", (HOTEL, BOOKING, ROOM), ("booking_room_assigned",))
BOOKING_CHECKED_IN = RealtimeEvent("booking_checked_in", (HOTEL, BOOKING, ROOM), ("booking-checked-in",))
BOOKING_CHECKED_OUT = RealtimeEvent("booking_checked_out", (HOTEL, BOOKING, ROOM), ("booking-checked-out",))
BOOKING_CHECK_IN_UNDONE = RealtimeEvent("booking_check_in_undone", (HOTEL, BOOKING, ROOM))
BOOKING_CHECK_OUT_UNDONE = RealtimeEvent("booking_check_out_undone", (HOTEL, BOOKING, ROOM))
BOOKING_NO_SHOW_UNDONE = RealtimeEvent("booking_no_show_undone", (HOTEL, BOOKING))
OVERSTAY_FLAGGED = RealtimeEvent("overstay_flagged", (HOTEL, STAFF), ("booking_overstay_flagged",))
OVERSTAY_ACKNOWLEDGED = RealtimeEvent("overstay_acknowledged", (HOTEL, STAFF), ("booking_overstay_acknowledged",))
OVERSTAY_RESOLVED = RealtimeEvent("overstay_resolved", (HOTEL, STAFF), ("booking_overstay_resolved",))
OVERSTAY_EXTENDED = RealtimeEvent("overstay_extended", (HOTEL, STAFF), ("booking_overstay_extended",))
BALANCE_CHANGED = RealtimeEvent("balance_changed", (HOTEL, BOOKING))
CHAT_MESSAGE = RealtimeEvent("chat_message", (HOTEL, BOOKING))
ORDER_CREATED = RealtimeEvent("order_created", (HOTEL, BOOKING))
ORDER_UPDATED = RealtimeEvent("order_updated", (HOTEL, BOOKING))
PAYMENT_MISMATCH = RealtimeEvent("payment_mismatch", (STAFF,))
PAYMENT_DISPUTED = RealtimeEvent("payment_disputed", (STAFF,))
ROOM_STATUS_CHANGED = RealtimeEvent("room_status_changed", (HOTEL, ROOM), ("room-status-changed",))
ROOM_BLOCKED = RealtimeEvent("room_blocked", (HOTEL, ROOM))
ROOM_UNBLOCKED = RealtimeEvent("room_unblocked", (HOTEL, ROOM))
HOUSEKEEPING_TASK_CREATED = RealtimeEvent("housekeeping_task_created", (HOTEL, ROOM))
HOUSEKEEPING_TASK_WITHDRAWN = RealtimeEvent("housekeeping_task_withdrawn", (HOTEL, ROOM))
HOUSEKEEPING_TASK_DONE = RealtimeEvent("housekeeping_task_done", (HOTEL, ROOM))
SETTINGS_UPDATED = RealtimeEvent("settings_updated", (HOTEL, PUBLIC), ("settings-updated",))
AVAILABILITY_CHANGED = RealtimeEvent("availability_changed", (PUBLIC,))
HOLDS_UNUSUAL = RealtimeEvent("holds_unusual", (STAFF,))
ROOM_PLAN_IMPOSSIBLE = RealtimeEvent("room_plan_impossible", (STAFF,))
NOTICE_GAVE_UP = RealtimeEvent("notice_gave_up", (STAFF,))

# Sent in addition for every event that changes a booking's status.
STATUS_CHANGED = RealtimeEvent("booking_status_changed", (HOTEL, BOOKING), ("booking-updated", "booking_updated"))
