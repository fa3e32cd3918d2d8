"""Enumerations of a booking: status, source, reason of expiry, urgency of an approval."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """The status of a booking. Older clients' `CHECKED_IN` and `CHECKED_OUT` are filter synonyms only."""

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
    """The creator of the booking: a guest online, or staff."""

    ONLINE = "online"
    STAFF = "staff"


class ExpiryReason(StrEnum):
    """The reason of an expiry."""

    DRAFT_ABANDONED = "DRAFT_ABANDONED"
    HOLD_RAN_OUT = "HOLD_RAN_OUT"
    APPROVAL_TIMEOUT = "APPROVAL_TIMEOUT"


class ApprovalUrgency(StrEnum):
    """The urgency of a decision: the SLA's end is near, passed, passed for an hour; or the deadline is near."""

    DUE_SOON = "DUE_SOON"
    OVERDUE = "OVERDUE"
    CRITICAL = "CRITICAL"
    DEADLINE_NEAR = "DEADLINE_NEAR"
