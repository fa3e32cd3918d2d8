"""The operations of the clients: method, path and the statuses that mean success. Any other answer is a failure."""

from dataclasses import dataclass

PUBLIC = "/api/public/hotels/{hotel}"
STAFF = "/api/staff/hotels/{hotel}"
GUESTS_BOOKING = f"{PUBLIC}/room-bookings/{{booking}}"
STAFFS_BOOKING = f"{STAFF}/room-bookings/{{booking}}"
ROOM = f"{STAFF}/rooms/{{room}}"


@dataclass(frozen=True)
class ClientOperation:
    """One operation of the API. `service` is the service that answers; the gateway asks those in `also`, too.

    `one_at_a_time` means that the service carries out a few at once only, and turns further ones away: the clients of a
    run wait for each other.
    """

    name: str
    method: str
    path: str
    service: str
    success: tuple[int, ...] = (200,)
    also: tuple[str, ...] = ()
    one_at_a_time: bool = False

    @property
    def has_key(self) -> bool:
        """Whether a client sends an Idempotency-Key."""
        return self.method == "POST" and not self.path.endswith("/preview/")


LOGIN = ClientOperation("login", "POST", "/api/staff/login/", "gateway")
HOTEL = ClientOperation("read hotel", "GET", f"{PUBLIC}/settings/", "rooms")
SEARCH = ClientOperation("search", "GET", f"{PUBLIC}/availability/", "rooms")
QUOTE = ClientOperation("quote", "POST", f"{PUBLIC}/pricing/quote/", "rooms")
CREATE = ClientOperation("create", "POST", f"{PUBLIC}/room-bookings/", "bookings", (201,))
READ = ClientOperation("read", "GET", f"{GUESTS_BOOKING}/", "bookings")
EVENTS = ClientOperation("events", "GET", f"{GUESTS_BOOKING}/events/", "bookings")
CANCEL = ClientOperation("cancel", "POST", f"{GUESTS_BOOKING}/cancel/", "bookings")
PREVIEW_CHANGE = ClientOperation("preview change", "POST", f"{GUESTS_BOOKING}/change/preview/", "bookings")
CHANGE = ClientOperation("change", "POST", f"{GUESTS_BOOKING}/change/", "bookings", (200, 202), ("payments",))
OPEN_SESSION = ClientOperation("open session", "POST", f"{GUESTS_BOOKING}/payment/session/", "payments")
VERIFY = ClientOperation("verify", "GET", f"{GUESTS_BOOKING}/payment/verify/", "payments")
CHAT = ClientOperation("chat", "POST", f"{GUESTS_BOOKING}/chat/messages/", "bookings", (201,))
LIST = ClientOperation("list", "GET", f"{STAFF}/room-bookings/", "bookings")
READ_AS_STAFF = ClientOperation("read as staff", "GET", f"{STAFFS_BOOKING}/", "bookings")
AMEND = ClientOperation("amend", "PATCH", f"{STAFFS_BOOKING}/", "bookings")
APPROVE = ClientOperation("approve", "POST", f"{STAFFS_BOOKING}/approve/", "bookings", (200, 202))
DECLINE = ClientOperation("decline", "POST", f"{STAFFS_BOOKING}/decline/", "bookings")
CANDIDATES = ClientOperation("candidates", "GET", f"{STAFFS_BOOKING}/available-rooms/", "bookings")
ASSIGN = ClientOperation("assign", "POST", f"{STAFFS_BOOKING}/assign-room/", "bookings")
CHECK_IN = ClientOperation("check in", "POST", f"{STAFFS_BOOKING}/check-in/", "bookings")
CHECK_OUT = ClientOperation("check out", "POST", f"{STAFFS_BOOKING}/check-out/", "bookings")
UNDO_CHECK_IN = ClientOperation("undo check-in", "POST", f"{STAFFS_BOOKING}/undo-check-in/", "bookings")
PREVIEW_CHANGE_BY_STAFF = ClientOperation(
    "preview change by staff", "POST", f"{STAFFS_BOOKING}/change/preview/", "bookings"
)
CHANGE_BY_STAFF = ClientOperation(
    "change by staff", "POST", f"{STAFFS_BOOKING}/change/", "bookings", (200, 202), ("payments",)
)
PLAN_ROOMS = ClientOperation("plan rooms", "POST", f"{STAFF}/rooms/auto-assign/", "bookings", one_at_a_time=True)
COMMUNICATIONS = ClientOperation("communications", "GET", f"{STAFFS_BOOKING}/communications/", "notifier")
LIST_ROOMS = ClientOperation("list rooms", "GET", f"{STAFF}/rooms/", "rooms")
WALK_IN = ClientOperation("walk in", "POST", f"{ROOM}/add-guest/", "bookings", (201,))
START_CLEANING = ClientOperation("start cleaning", "POST", f"{ROOM}/start-cleaning/", "rooms")
MARK_CLEANED = ClientOperation("mark cleaned", "POST", f"{ROOM}/mark-cleaned/", "rooms")
INSPECT = ClientOperation("inspect", "POST", f"{ROOM}/inspect/", "rooms")
ROOM_HISTORY = ClientOperation("room history", "GET", f"{ROOM}/status-history/", "rooms")

ROOM_TAKEN = frozenset({"ROOM_OVERLAP_CONFLICT", "ROOM_OCCUPIED", "ROOM_NOT_READY", "ROOM_NOT_BOOKABLE", "SOLD_OUT"})
TOO_LATE = frozenset({"DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION"})
SOLD_MEANWHILE = frozenset({"SOLD_OUT", "PRICE_CHANGED"})
OUTDATED = frozenset({"PLAN_OUTDATED"})
STILL_RUNNING = frozenset({"IDEMPOTENCY_IN_PROGRESS", "ACTION_IN_PROGRESS"})
"""Refusals after which a client repeats the request with the same key."""
