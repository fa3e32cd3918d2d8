"""The operations of the clients: method, path and the statuses that mean success. Any other answer is a failure."""

from dataclasses import dataclass

PUBLIC = "/api/public/hotels/{hotel}"
STAFF = "/api/staff/hotels/{hotel}"
GUESTS_BOOKING = f"{PUBLIC}/room-bookings/{{booking}}"
STAFFS_BOOKING = f"{STAFF}/room-bookings/{{booking}}"
ROOM = f"{STAFF}/rooms/{{room}}"


@dataclass(frozen=True)
class Operation:
    """One operation of the API. `service` is the service that answers."""

    name: str
    method: str
    path: str
    service: str
    success: tuple[int, ...] = (200,)

    @property
    def has_key(self) -> bool:
        """Whether a client sends an Idempotency-Key."""
        return self.method == "POST"


LOGIN = Operation("login", "POST", "/api/staff/login/", "gateway")
HOTEL = Operation("read hotel", "GET", f"{PUBLIC}/settings/", "rooms")
SEARCH = Operation("search", "GET", f"{PUBLIC}/availability/", "rooms")
QUOTE = Operation("quote", "POST", f"{PUBLIC}/pricing/quote/", "rooms")
CREATE = Operation("create", "POST", f"{PUBLIC}/room-bookings/", "bookings", (201,))
READ = Operation("read", "GET", f"{GUESTS_BOOKING}/", "bookings")
EVENTS = Operation("events", "GET", f"{GUESTS_BOOKING}/events/", "bookings")
CANCEL = Operation("cancel", "POST", f"{GUESTS_BOOKING}/cancel/", "bookings")
OPEN_SESSION = Operation("open session", "POST", f"{GUESTS_BOOKING}/payment/session/", "payments")
VERIFY = Operation("verify", "GET", f"{GUESTS_BOOKING}/payment/verify/", "payments")
CHAT = Operation("chat", "POST", f"{GUESTS_BOOKING}/chat/messages/", "bookings", (201,))
LIST = Operation("list", "GET", f"{STAFF}/room-bookings/", "bookings")
READ_AS_STAFF = Operation("read as staff", "GET", f"{STAFFS_BOOKING}/", "bookings")
AMEND = Operation("amend", "PATCH", f"{STAFFS_BOOKING}/", "bookings")
APPROVE = Operation("approve", "POST", f"{STAFFS_BOOKING}/approve/", "bookings", (200, 202))
DECLINE = Operation("decline", "POST", f"{STAFFS_BOOKING}/decline/", "bookings")
CANDIDATES = Operation("candidates", "GET", f"{STAFFS_BOOKING}/available-rooms/", "bookings")
ASSIGN = Operation("assign", "POST", f"{STAFFS_BOOKING}/assign-room/", "bookings")
CHECK_IN = Operation("check in", "POST", f"{STAFFS_BOOKING}/check-in/", "bookings")
CHECK_OUT = Operation("check out", "POST", f"{STAFFS_BOOKING}/check-out/", "bookings")
COMMUNICATIONS = Operation("communications", "GET", f"{STAFFS_BOOKING}/communications/", "notifier")
LIST_ROOMS = Operation("list rooms", "GET", f"{STAFF}/rooms/", "rooms")
WALK_IN = Operation("walk in", "POST", f"{ROOM}/add-guest/", "bookings", (201,))
START_CLEANING = Operation("start cleaning", "POST", f"{ROOM}/start-cleaning/", "rooms")
MARK_CLEANED = Operation("mark cleaned", "POST", f"{ROOM}/mark-cleaned/", "rooms")
INSPECT = Operation("inspect", "POST", f"{ROOM}/inspect/", "rooms")
ROOM_HISTORY = Operation("room history", "GET", f"{ROOM}/status-history/", "rooms")

ROOM_TAKEN = frozenset({"ROOM_OVERLAP_CONFLICT", "ROOM_OCCUPIED", "ROOM_NOT_READY", "ROOM_NOT_BOOKABLE", "SOLD_OUT"})
TOO_LATE = frozenset({"DECISION_MADE", "BOOKING_ENDED", "ILLEGAL_TRANSITION"})
STILL_RUNNING = frozenset({"IDEMPOTENCY_IN_PROGRESS", "ACTION_IN_PROGRESS"})
"""Refusals after which a client repeats the request with the same key."""
