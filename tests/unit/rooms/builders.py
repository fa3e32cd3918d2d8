"""Builders of rooms, holds and stays; a test overrides the fields that matter to it."""

from datetime import UTC, date, datetime
from typing import Any

from contracts.rooms.events import RoomStatus
from contracts.values import Caller, Permission, Stay
from services.rooms.domain.holds import Hold, HoldPart
from services.rooms.domain.periods import Period, PeriodKind
from services.rooms.domain.rooms import Room

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
DOUBLE, SUITE = 1, 2


def day(number: int) -> date:
    return date(2026, 3, number)


def a_room(**overrides: Any) -> Room:
    values: dict[str, Any] = {
        "id": 1,
        "hotel": "h",
        "room_number": "101",
        "room_type_id": DOUBLE,
        "type_code": "DBL",
        "type_name": "Double",
        "max_occupancy": 2,
        "base_price": 12000,
        "status": RoomStatus.READY_FOR_GUEST,
        "is_active": True,
        "floor": None,
        "notes": "",
        "last_cleaned_at": None,
        "last_inspected_at": None,
        "occupied_by": None,
        "version": 1,
    }
    return Room(**(values | overrides))


def a_hold(**overrides: Any) -> Hold:
    values: dict[str, Any] = {
        "booking_id": "BK-1",
        "hotel": "h",
        "room_type_id": DOUBLE,
        "stay": Stay(day(10), day(13)),
        "ended_at": None,
        "version": 1,
        "parts": (a_part(),),
    }
    return Hold(**(values | overrides))


def a_part(**overrides: Any) -> HoldPart:
    values: dict[str, Any] = {"room_type_id": DOUBLE, "first_night": day(10), "until": day(13)}
    return HoldPart(**(values | overrides))


def a_stay(**overrides: Any) -> Period:
    values: dict[str, Any] = {
        "hotel": "h",
        "id": 1,
        "room_id": 1,
        "kind": PeriodKind.STAY,
        "nights": Stay(day(10), day(13)),
        "booking_id": "BK-2",
        "moved_in": False,
    }
    return Period(**(values | overrides))


def staff(*permissions: Permission, hotel: str = "h") -> Caller:
    return Caller(kind="staff", staff_id="7", name="Aoife", hotel=hotel, permissions=frozenset(permissions))
