"""The operations of a stay over HTTP, each for many bookings by eight clients at once."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from tests.bench.cost.evidence import Expected
from tests.bench.harness import Measured
from tests.bench.http_load import Request, load

CLIENTS = 8
CARD = "4242424242424242"
JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
NIGHTS = 3


@dataclass
class Stay:
    """One booking of the measurement, as far as it has come. `room` is the room that it will have."""

    email: str
    room: str
    booking_id: str = ""
    token: str = ""
    payment_url: str = ""


@dataclass(frozen=True)
class StayOperations:
    """The operations in one hotel, in their order. Each raises AssertionError where an answer is not a success.

    Stays arrive today and have rooms of the type `room_type`. `desk` is the token of a member of staff.
    """

    gateway: str
    stripe: str
    hotel: str
    zone: str
    desk: str

    def create(self, stays: Sequence[Stay], room_type: str, *, in_days: int = 0) -> Measured:
        """Three nights from today, or from so many days later."""
        arrives = self._today + timedelta(days=in_days)
        dates = {"check_in": str(arrives), "check_out": str(arrives + timedelta(days=NIGHTS))}

        def request(number: int) -> Request:
            guest = {"first_name": "Bench", "last_name": str(number), "email": stays[number].email, "phone": ""}
            body = {"room_type_code": room_type, **dates, "adults": 1, "children": 0, "guest": guest}
            return _post(f"{self._public}/", body)

        def is_right(status: int, body: bytes) -> bool:
            if status != 201:
                return False
            booking = json.loads(body)
            stay = stays[int(booking["guest_last_name"])]
            stay.booking_id, stay.token = booking["booking_id"], booking["guest_token"]
            return True

        return self._load(self.gateway, request, is_right, len(stays))

    def open_session(self, stays: Sequence[Stay]) -> Measured:
        """The payment page of each booking."""
        urls: list[str] = []

        def is_right(status: int, body: bytes) -> bool:
            if status not in {200, 201}:
                return False
            urls.append(json.loads(body)["payment_url"])
            return True

        def request(number: int) -> Request:
            return _post(f"{self._public}/{stays[number].booking_id}/payment/session/", {}, stays[number].token)

        measured = self._load(self.gateway, request, is_right, len(stays))
        for stay, url in zip(stays, urls, strict=True):
            stay.payment_url = url  # whichever of them: all are paid
        return measured

    def pay(self, stays: Sequence[Stay]) -> Measured:
        """Pay on each page; the provider's notices follow."""
        body = urlencode({"card": CARD}).encode()
        return self._load(
            self.stripe,
            lambda number: Request("POST", urlsplit(stays[number].payment_url).path, (FORM,), body),
            lambda status, _: status == 303,
            len(stays),
        )

    def approve(self, stays: Sequence[Stay]) -> Measured:
        """Approve each booking, which captures the payment."""
        return self._at_desk(stays, "approve", lambda _: {})

    def change(self, stays: Sequence[Stay]) -> Measured:
        """Let each stay be a night longer; the night is owed."""
        leaves = self._today + timedelta(days=NIGHTS + 1)
        return self._at_desk(stays, "change", lambda _: {"check_out": str(leaves)})

    def assign(self, stays: Sequence[Stay]) -> Measured:
        """Assign each booking its room."""
        return self._at_desk(stays, "assign-room", lambda stay: {"room_number": stay.room})

    def check_in(self, stays: Sequence[Stay]) -> Measured:
        """Check each guest in."""
        return self._at_desk(stays, "check-in", lambda _: {})

    def check_out(self, stays: Sequence[Stay]) -> Measured:
        """Check each guest out."""
        return self._at_desk(stays, "check-out", lambda _: {})

    def _at_desk(self, stays: Sequence[Stay], action: str, body: Callable[[Stay], dict[str, Any]]) -> Measured:
        path = f"/api/staff/hotels/{self.hotel}/room-bookings"
        return self._load(
            self.gateway,
            lambda number: _post(f"{path}/{stays[number].booking_id}/{action}/", body(stays[number]), self.desk),
            lambda status, _: status in {200, 202},
            len(stays),
        )

    @property
    def _today(self) -> date:
        return datetime.now(UTC).astimezone(ZoneInfo(self.zone)).date()

    @property
    def _public(self) -> str:
        return f"/api/public/hotels/{self.hotel}/room-bookings"

    @staticmethod
    def _load(
        url: str, request: Callable[[int], Request], is_right: Callable[[int, bytes], bool], count: int
    ) -> Measured:
        return load(url, request, is_right, clients=min(CLIENTS, count), requests=count)


def _post(path: str, body: dict[str, Any], token: str = "") -> Request:
    headers = (JSON, ("Authorization", f"Bearer {token}")) if token else (JSON,)
    return Request("POST", path, headers, json.dumps(body).encode())


CREATE, SESSION, PAY, APPROVE = "create", "session", "pay", "approve"
CHANGE, ASSIGN, CHECK_IN, CHECK_OUT = "change", "assign", "check-in", "check-out"
EXPECTED = {
    CREATE: Expected("PENDING_PAYMENT", ("booking_created",), 1),
    SESSION: Expected("PENDING_PAYMENT"),
    PAY: Expected("PENDING_APPROVAL", ("payment_authorized",), 1),
    APPROVE: Expected("CONFIRMED", ("payment_success", "booking_confirmed"), 1),
    CHANGE: Expected("CONFIRMED", ("booking_changed",), 1),
    ASSIGN: Expected("CONFIRMED", ("room_assigned",)),
    CHECK_IN: Expected("IN_HOUSE", ("booking_checked_in",), 1),
    CHECK_OUT: Expected("COMPLETED", ("booking_checked_out",), 1),
}


def operations_of(operations: StayOperations, room_type: str) -> dict[str, Callable[[Sequence[Stay]], Measured]]:
    """Each operation by its name, in the order in which a booking goes through them."""
    return {
        CREATE: lambda stays: operations.create(stays, room_type),
        SESSION: operations.open_session,
        PAY: operations.pay,
        APPROVE: operations.approve,
        CHANGE: operations.change,
        ASSIGN: operations.assign,
        CHECK_IN: operations.check_in,
        CHECK_OUT: operations.check_out,
    }
