"""Enumerations of a booking: status, source, reason of expiry, urgency of an approval."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """The statuses of a booking. Filters also accept the older names `CHECKED_IN` and `CHECKED_OUT`."""

    DRAFT = "DRAFT"
    PENDING_PAYMENT = "PENDING_PAYMENT"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    CONFIRMED = "CONFIRMED"
    IN_HOUSE = "IN_HOUSE"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    NO_SHOW = "NO_SHOW"


class BookingSource(StrEnum):
    """The channel through which the booking was made."""

    ONLINE = "online"
    STAFF = "staff"


class ExpiryReason(StrEnum):
    """The deadline that an expired booking missed."""

    DRAFT_ABANDONED = "DRAFT_ABANDONED"
    HOLD_RAN_OUT = "HOLD_RAN_OUT"
    APPROVAL_TIMEOUT = "APPROVAL_TIMEOUT"


class ApprovalUrgency(StrEnum):
    """The urgency of a decision: the promised time is near, passed or long passed, or the approval deadline is near."""

    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    CRITICAL = "CRITICAL"
    DEADLINE_NEAR = "DEADLINE_NEAR"
