"""The HTTP status of each refusal code. A code that is not listed is a conflict: 409."""

from http import HTTPStatus

STATUSES: dict[int, tuple[str, ...]] = {
    400: (
        "INVALID_FILTER", "INVALID_ORDERING", "INVALID_SOCKET_ID", "INVALID_WEBHOOK", "MALFORMED_JSON",
        "MISSING_FIELD",
    ),
    401: ("INVALID_CREDENTIALS", "INVALID_TOKEN"),
    403: ("CHANNEL_FORBIDDEN", "DEMO_ONLY", "PERMISSION_DENIED", "READ_ONLY_TOKEN"),
    404: (
        "BLOCK_NOT_FOUND", "BOOKING_NOT_FOUND", "COMMUNICATION_NOT_FOUND", "HOTEL_NOT_FOUND", "INVALID_CODE",
        "LOOKUP_NOT_FOUND", "MENU_ITEM_NOT_FOUND", "NOT_FOUND", "POLICY_NOT_FOUND", "PROMOTION_NOT_FOUND",
        "ORDER_NOT_FOUND", "ROOM_NOT_FOUND", "SESSION_NOT_FOUND", "STAFF_NOT_FOUND", "TASK_NOT_FOUND",
    ),
    405: ("METHOD_NOT_ALLOWED",),
    412: ("VERSION_MISMATCH",),
    413: ("BODY_TOO_LARGE",),
    422: (
        "BEYOND_HORIZON", "IDEMPOTENCY_KEY_REUSED", "INVALID_MESSAGE", "INVALID_RETURN_URL", "NOTE_REQUIRED",
        "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "UNKNOWN_QUOTE", "UNTIL_REQUIRED", "VALIDATION_ERROR",
    ),
    429: ("RATE_LIMITED",),
    500: ("INTERNAL_ERROR",),
    503: ("SERVICE_UNAVAILABLE", "UNKNOWN_ASK"),
}  # fmt: skip
STATUS_OF = {code: status for status, codes in STATUSES.items() for code in codes}
CODE_OF = {400: "MALFORMED_JSON", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}

# Refusals that end by themselves: the seconds after which a client should retry.
RETRY_AFTER = {"ACTION_IN_PROGRESS": 1, "IDEMPOTENCY_IN_PROGRESS": 1, "SERVICE_UNAVAILABLE": 2, "UNKNOWN_ASK": 2}


def status_of(code: str) -> int:
    """The HTTP status of a refusal code."""
    return STATUS_OF.get(code, HTTPStatus.CONFLICT.value)
