"""Housekeeping's whole day over HTTP, with no more than the permission to clean; and what others see of it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.bookings import GetGuestNames
from gateway.identity.roles import PERMISSIONS, Role
from tests.conversations.conftest import HOTEL, Scene
from tests.conversations.front_desk import checked_out, living_in, pushed, room
from tests.conversations.over_http import Colleague, open_gateway
from tests.unit.gateway.fakes import Gateway


@pytest.fixture
def gateway(scene: Scene) -> Iterator[Gateway]:
    with open_gateway(scene) as gateway:
        yield gateway


def test_a_cleaner_gets_through_the_day_with_can_clean_alone(scene: Scene, gateway: Gateway) -> None:
    assert {str(permission) for permission in PERMISSIONS[Role.HOUSEKEEPING]} == {"can_clean"}
    maeve = Colleague(gateway, Role.HOUSEKEEPING, id=UUID(int=31), name="Maeve Broom")
    supervisor = Colleague(gateway, Role.HOUSEKEEPING_SUPERVISOR, id=UUID(int=32), name="Una Lead")
    left, stays = (living_in(scene, number) for number in ("101", "102"))
    checked_out(scene, left)
    scene.settle()

    # The day's list, and where the guests still are.
    [task] = maeve.does("GET", "housekeeping/tasks/")["results"]
    assert (task["room_number"], task["status"], task["booking_id"]) == ("101", "OPEN", left)
    occupied = maeve.does("GET", "rooms/?occupied=true")["results"]
    assert [(one["room_number"], one["current_guest"]) for one in occupied] == [("102", "Ada Guest")]
    [dirty] = maeve.does("GET", "rooms/?status=CHECKOUT_DIRTY")["results"]
    assert dirty["room_number"] == "101"

    # Work: take it, begin, find a broken tap, have it repaired, clean, done.
    path = f"housekeeping/tasks/{task['id']}"
    assert maeve.does("POST", f"{path}/assign/")["assignee"]["name"] == "Maeve Broom"
    assert maeve.does("POST", f"{path}/start/")["room_status"] == "CLEANING_IN_PROGRESS"
    broken = maeve.does("POST", "rooms/101/mark-maintenance/", {"priority": "URGENT", "notes": "tap"})
    assert (broken["room_status"], broken["maintenance_priority"]) == ("MAINTENANCE_REQUIRED", "URGENT")
    repaired = maeve.does("POST", "rooms/101/complete-maintenance/", {"notes": "tap replaced"})
    assert (repaired["room_status"], repaired["maintenance_priority"]) == ("CHECKOUT_DIRTY", None)
    maeve.does("POST", "rooms/101/start-cleaning/")
    done = maeve.does("POST", f"{path}/done/")
    assert (done["status"], done["room_status"], done["done_by"]["name"]) == (
        "DONE",
        "CLEANED_UNINSPECTED",
        "Maeve Broom",
    )
    assert maeve.does("GET", "housekeeping/tasks/")["count"] == 0

    # What is not hers.
    assert maeve.is_refused("POST", "rooms/101/inspect/", {"passed": True}) == "PERMISSION_DENIED"
    assert maeve.is_refused("POST", "rooms/101/status/", {"to_status": "READY_FOR_GUEST"}) == "PERMISSION_DENIED"
    assert maeve.is_refused("POST", "rooms/101/blocks/", {"until": "2099-01-01"}) == "PERMISSION_DENIED"
    assert maeve.is_refused("POST", "rooms/102/start-cleaning/") == "ROOM_HAS_GUEST"

    # The inspection fails, the room is on her list again; then it passes.
    supervisor.does("POST", "rooms/101/inspect/", {"passed": False, "notes": "dust"})
    [again] = maeve.does("GET", "housekeeping/tasks/?room_number=101")["results"]
    assert again["reason"] == "INSPECTION_FAILED"
    maeve.does("POST", "rooms/101/mark-cleaned/")
    ready = supervisor.does("POST", "rooms/101/inspect/", {"passed": True})
    assert ready["room_status"] == "READY_FOR_GUEST"
    assert ready["last_cleaned_at"]
    assert ready["last_inspected_at"]

    # Who did what.
    history = maeve.does("GET", "rooms/101/status-history/?page_size=3")
    assert (history["count"], history["next"]) == (10, "?page_size=3&page=2")
    assert [(row["new_status"], row["by"]["name"], row["note"]) for row in history["results"]] == [
        ("READY_FOR_GUEST", "Una Lead", ""),
        ("CLEANED_UNINSPECTED", "Maeve Broom", ""),
        ("CHECKOUT_DIRTY", "Una Lead", "dust"),
    ]
    urgent = maeve.does("GET", "rooms/101/status-history/?page=2&page_size=5")["results"]
    assert [row["priority"] for row in urgent if row["new_status"] == "MAINTENANCE_REQUIRED"] == ["URGENT"]
    assert room(scene, "102").current_booking_id == stays


def test_the_board_and_the_room_hear_of_tasks_and_blocks(scene: Scene, gateway: Gateway) -> None:
    manager = Colleague(gateway, Role.MANAGER)
    checked_out(scene, living_in(scene, "101"))
    [task] = manager.does("GET", "housekeeping/tasks/")["results"]
    manager.does("POST", f"housekeeping/tasks/{task['id']}/done/")
    until = str(scene.today() + timedelta(days=300))
    block = manager.does("POST", "rooms/102/blocks/", {"until": until, "reason": "painters, ask Tom"}, status=201)
    manager.does("DELETE", f"rooms/102/blocks/{block['id']}/")
    scene.settle()
    scene.town.advance(timedelta(seconds=2))  # availability is told at the end of its second
    scene.settle()

    for number, names in (
        ("101", ["housekeeping_task_created", "housekeeping_task_done"]),
        ("102", ["room_blocked", "room_unblocked"]),
    ):
        for channel in (f"private-hotel-{HOTEL}", f"private-room-{HOTEL}-{number}"):
            told = [(name, data) for name, data in pushed(scene, channel) if name in names]
            assert [name for name, _ in told] == names
            assert {data["room_number"] for _, data in told} == {number}
            assert told[-1][1]["staff_user"] == "Nora Clerk"
            assert "Tom" not in str(told)
    assert "availability_changed" in [name for name, _ in pushed(scene, f"hotel-{HOTEL}-public")]


def test_free_rooms_and_room_lists_ask_for_names_once(scene: Scene, gateway: Gateway) -> None:
    desk = Colleague(gateway, Role.FRONT_DESK)
    ids = [living_in(scene, number) for number in ("101", "102")]
    later, end = (scene.today() + timedelta(days=days) for days in (300, 302))

    rooms = desk.does("GET", "rooms/?page_size=100")["results"]
    free = desk.does("GET", f"rooms/availability/?check_in={later}&check_out={end}")["available_rooms"]

    assert [one["current_guest"] for one in rooms if one["current_booking_id"] in ids] == ["Ada Guest"] * 2
    assert [one["current_guest"] for one in free if one["is_occupied"]] == ["Ada Guest"] * 2
    assert gateway.bus.count(GetGuestNames) == 2
