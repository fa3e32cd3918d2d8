"""Housekeeping's whole day over HTTP, with no more than the permission to clean; and what others see of it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.bookings.queries import GetGuestNames
from gateway.identity.roles import PERMISSIONS, Role
from tests.conversations.actions import checked_out, in_house, pushed, room
from tests.conversations.conftest import HOTEL, PlatformFixture
from tests.conversations.http_gateway import StaffClient, open_gateway
from tests.unit.gateway.fakes import Gateway


@pytest.fixture
def gateway(fixture: PlatformFixture) -> Iterator[Gateway]:
    with open_gateway(fixture) as gateway:
        yield gateway


def test_a_cleaner_gets_through_the_day_with_can_clean_alone(fixture: PlatformFixture, gateway: Gateway) -> None:
    assert {str(permission) for permission in PERMISSIONS[Role.HOUSEKEEPING]} == {"can_clean"}
    maeve = StaffClient(gateway, Role.HOUSEKEEPING, id=UUID(int=31), name="Maeve Broom")
    supervisor = StaffClient(gateway, Role.HOUSEKEEPING_SUPERVISOR, id=UUID(int=32), name="Una Lead")
    left, stays = (in_house(fixture, number) for number in ("101", "102"))
    checked_out(fixture, left)
    fixture.settle()

    # The day's list, and where the guests still are.
    [task] = maeve.call("GET", "housekeeping/tasks/")["results"]
    assert (task["room_number"], task["status"], task["booking_id"]) == ("101", "OPEN", left)
    occupied = maeve.call("GET", "rooms/?occupied=true")["results"]
    assert [(room["room_number"], room["current_guest"]) for room in occupied] == [("102", "Ada Guest")]
    [dirty] = maeve.call("GET", "rooms/?status=CHECKOUT_DIRTY")["results"]
    assert dirty["room_number"] == "101"

    # Work: take it, begin, find a broken tap, have it repaired, clean, done.
    path = f"housekeeping/tasks/{task['id']}"
    assert maeve.call("POST", f"{path}/assign/")["assignee"]["name"] == "Maeve Broom"
    assert maeve.call("POST", f"{path}/start/")["room_status"] == "CLEANING_IN_PROGRESS"
    broken = maeve.call("POST", "rooms/101/mark-maintenance/", {"priority": "URGENT", "notes": "tap"})
    assert (broken["room_status"], broken["maintenance_priority"]) == ("MAINTENANCE_REQUIRED", "URGENT")
    repaired = maeve.call("POST", "rooms/101/complete-maintenance/", {"notes": "tap replaced"})
    assert (repaired["room_status"], repaired["maintenance_priority"]) == ("CHECKOUT_DIRTY", None)
    maeve.call("POST", "rooms/101/start-cleaning/")
    done = maeve.call("POST", f"{path}/done/")
    assert (done["status"], done["room_status"], done["done_by"]["name"]) == (
        "DONE",
        "CLEANED_UNINSPECTED",
        "Maeve Broom",
    )
    assert maeve.call("GET", "housekeeping/tasks/")["count"] == 0

    # What is not hers.
    assert maeve.refusal_code("POST", "rooms/101/inspect/", {"passed": True}) == "PERMISSION_DENIED"
    assert maeve.refusal_code("POST", "rooms/101/status/", {"to_status": "READY_FOR_GUEST"}) == "PERMISSION_DENIED"
    assert maeve.refusal_code("POST", "rooms/101/blocks/", {"until": "2099-01-01"}) == "PERMISSION_DENIED"
    assert maeve.refusal_code("POST", "rooms/102/start-cleaning/") == "ROOM_HAS_GUEST"

    # The inspection fails, the room is on her list again; then it passes.
    supervisor.call("POST", "rooms/101/inspect/", {"passed": False, "notes": "dust"})
    [again] = maeve.call("GET", "housekeeping/tasks/?room_number=101")["results"]
    assert again["reason"] == "INSPECTION_FAILED"
    maeve.call("POST", "rooms/101/mark-cleaned/")
    ready = supervisor.call("POST", "rooms/101/inspect/", {"passed": True})
    assert ready["room_status"] == "READY_FOR_GUEST"
    assert ready["last_cleaned_at"]
    assert ready["last_inspected_at"]

    # Who did what.
    history = maeve.call("GET", "rooms/101/status-history/?page_size=3")
    assert (history["count"], history["next"]) == (10, "?page_size=3&page=2")
    assert [(row["new_status"], row["by"]["name"], row["note"]) for row in history["results"]] == [
        ("READY_FOR_GUEST", "Una Lead", ""),
        ("CLEANED_UNINSPECTED", "Maeve Broom", ""),
        ("CHECKOUT_DIRTY", "Una Lead", "dust"),
    ]
    urgent = maeve.call("GET", "rooms/101/status-history/?page=2&page_size=5")["results"]
    assert [row["priority"] for row in urgent if row["new_status"] == "MAINTENANCE_REQUIRED"] == ["URGENT"]
    assert room(fixture, "102").current_booking_id == stays


def test_task_and_block_events_reach_the_channels_of_hotel_and_room(fixture: PlatformFixture, gateway: Gateway) -> None:
    manager = StaffClient(gateway, Role.MANAGER)
    checked_out(fixture, in_house(fixture, "101"))
    [task] = manager.call("GET", "housekeeping/tasks/")["results"]
    manager.call("POST", f"housekeeping/tasks/{task['id']}/done/")
    until = str(fixture.today() + timedelta(days=300))
    block = manager.call("POST", "rooms/102/blocks/", {"until": until, "reason": "painters, ask Tom"}, status=201)
    manager.call("DELETE", f"rooms/102/blocks/{block['id']}/")
    fixture.settle_availability()

    for number, names in (
        ("101", ["housekeeping_task_created", "housekeeping_task_done"]),
        ("102", ["room_blocked", "room_unblocked"]),
    ):
        for channel in (f"private-hotel-{HOTEL}", f"private-room-{HOTEL}-{number}"):
            pushes = [(name, data) for name, data in pushed(fixture, channel) if name in names]
            assert [name for name, _ in pushes] == names
            assert {data["room_number"] for _, data in pushes} == {number}
            assert pushes[-1][1]["staff_user"] == "Nora Clerk"
            assert "Tom" not in str(pushes)
    assert "availability_changed" in [name for name, _ in pushed(fixture, f"hotel-{HOTEL}-public")]


def test_free_rooms_and_room_lists_ask_for_names_once(fixture: PlatformFixture, gateway: Gateway) -> None:
    desk = StaffClient(gateway, Role.FRONT_DESK)
    ids = [in_house(fixture, number) for number in ("101", "102")]
    later, end = (fixture.today() + timedelta(days=days) for days in (300, 302))

    rooms = desk.call("GET", "rooms/?page_size=100")["results"]
    free = desk.call("GET", f"rooms/availability/?check_in={later}&check_out={end}")["available_rooms"]

    assert [room["current_guest"] for room in rooms if room["current_booking_id"] in ids] == ["Ada Guest"] * 2
    assert [room["current_guest"] for room in free if room["is_occupied"]] == ["Ada Guest"] * 2
    assert gateway.bus.count(GetGuestNames) == 2
