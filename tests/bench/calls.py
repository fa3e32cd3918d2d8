"""Single requests over HTTP, each of which must go well."""

import json
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

GUEST = {"first_name": "Model", "last_name": "Guest", "email": "model@example.com", "phone": ""}


def call(url: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    """One POST that must go well."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return _answered(urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST"))


def look(url: str, token: str) -> dict[str, Any]:
    """One GET that must go well."""
    return _answered(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}))


def login(gateway: str, account: Mapping[str, Any]) -> str:
    """The token of a member of staff."""
    body = {"email": account["email"], "password": account["password"]}
    return str(call(f"{gateway}/api/staff/login/", body)["token"])


def member_of(known: Mapping[str, Any], hotel: str, role: str) -> dict[str, Any]:
    """The first member of the hotel's staff with this role. `known` is the stack's description."""
    members: list[dict[str, Any]] = known["staff"]
    return next(each for each in members if each["hotel"] == hotel and each["role"] == role)


def desk_of(known: Mapping[str, Any], hotel: str) -> str:
    """The token of the hotel's front desk."""
    return login(known["gateway"], member_of(known, hotel, "front_desk"))


def _answered(request: urllib.request.Request) -> dict[str, Any]:
    with urllib.request.urlopen(request, timeout=10) as answer:
        body: dict[str, Any] = json.loads(answer.read())
    return body


def book(gateway: str, hotel: str, room_type: str) -> tuple[str, str]:
    """A model booking: its id and its guest's token."""
    arrives = datetime.now(UTC).date() + timedelta(days=30)
    booking = call(
        f"{gateway}/api/public/hotels/{hotel}/room-bookings/",
        {
            "room_type_code": room_type, "check_in": str(arrives), "check_out": str(arrives + timedelta(days=3)),
            "adults": 1, "children": 0,
            "guest": GUEST,
        },
    )  # fmt: skip
    return booking["booking_id"], booking["guest_token"]
