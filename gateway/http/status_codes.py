"""The HTTP status of each refusal code. An unlisted code that ends in `_NOT_FOUND` has 404; others have 409."""

from http import HTTPStatus

# A total that no card can take.
NOT_FOR_A_CARD = ("TOTAL_ABOVE_MAXIMUM", "TOTAL_BELOW_MINIMUM")

STATUSES: dict[int, tuple[str, ...]] = {
    400: (
        "INVALID_FILTER", "INVALID_ORDERING", "INVALID_SOCKET_ID", "INVALID_WEBHOOK", "MALFORMED_JSON",
        "MISSING_FIELD",
    ),
    401: ("INVALID_CREDENTIALS", "INVALID_TOKEN"),
    403: ("CHANNEL_FORBIDDEN", "DEMO_ONLY", "PERMISSION_DENIED"),
    404: ("INVALID_CODE", "NOT_FOUND"),
    405: ("METHOD_NOT_ALLOWED",),
    412: ("VERSION_MISMATCH",),
    413: ("BODY_TOO_LARGE",),
    422: (
        "BEYOND_HORIZON", "IDEMPOTENCY_KEY_REUSED", "INVALID_MESSAGE", "INVALID_RETURN_URL", "NOTE_REQUIRED",
        "ROOM_TYPE_NOT_FOUND", "STAY_TOO_LONG", *NOT_FOR_A_CARD, "UNKNOWN_PROMO", "UNKNOWN_QUOTE", "UNTIL_REQUIRED",
        "VALIDATION_ERROR",
    ),
    429: ("RATE_LIMITED",),
    500: ("INTERNAL_ERROR",),
    503: ("SERVICE_UNAVAILABLE",),
}  # fmt: skip
STATUS_OF = {code: status for status, codes in STATUSES.items() for code in codes}
CODE_OF = {400: "MALFORMED_JSON", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}

# Refusals that end by themselves: the seconds after which a client should retry, where the refusal itself names none.
RETRY_AFTER = {"ACTION_IN_PROGRESS": 1, "PLAN_OUTDATED": 1, "SERVICE_UNAVAILABLE": 2}


def status_of(code: str) -> int:
    """The HTTP status of a refusal code."""
    unlisted = HTTPStatus.NOT_FOUND if code.endswith("_NOT_FOUND") else HTTPStatus.CONFLICT
    return STATUS_OF.get(code, unlisted.value)
