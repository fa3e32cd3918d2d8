"""The routes of housekeeping: permissions, the asks to rooms, and the responses."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.bookings.queries import GetBooking, GetGuestNames
from contracts.bookings.views import GuestsOfRooms
from contracts.rooms.blocks import BlockRoom, ListBlocks, RoomBlock, RoomBlocks, UnblockRoom
from contracts.rooms.events import MaintenancePriority, RoomStatus, TaskReason
from contracts.rooms.room_availability import ConflictReason, FindFreeRooms, FreeRoom, FreeRooms, TakenRoom
from contracts.rooms.rooms import ListRooms, RoomList
from contracts.rooms.tasks import AssignTask, FinishTask, HousekeepingTask, ListTasks, StartTask, TaskList, TaskStatus
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Permission
from gateway.identity.roles import PERMISSIONS, Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

HOTEL = f"/api/staff/hotels/{builders.HOTEL}"
ROOM = f"{HOTEL}/rooms/101"
TASKS = f"{HOTEL}/housekeeping/tasks"
STAY = "check_in=2026-08-14&check_out=2026-08-16"
DESK, CLEANER, SUPERVISOR, MANAGER = Role


def a_task(**changes: Any) -> HousekeepingTask:
    usual: dict[str, Any] = {
        "id": 31,
        "hotel": builders.HOTEL,
        "room_number": "101",
        "room_type": "Standard Double",
        "floor": 1,
        "room_status": RoomStatus.CHECKOUT_DIRTY,
        "reason": TaskReason.CHECK_OUT,
        "status": TaskStatus.OPEN,
        "booking_id": builders.BOOKING,
        "assignee": builders.CLERK,
        "opened_at": builders.NOON,
        "started_at": None,
        "done_at": None,
        "done_by": None,
    }
    return HousekeepingTask(**{**usual, **changes})


def a_block(**changes: Any) -> RoomBlock:
    usual: dict[str, Any] = {
        "id": 12,
        "room_number": "101",
        "starts_on": date(2026, 8, 14),
        "until": date(2026, 8, 16),
        "reason": "painters",
        "out_of_order": False,
        "blocked_at": builders.NOON,
        "blocked_by": builders.CLERK,
    }
    return RoomBlock(**{**usual, **changes})


@pytest.fixture
def cleaner(gateway: Gateway) -> dict[str, str]:
    return gateway.accounts.signed_in(builders.staff(CLEANER))


# Which roles may knock: written down from the specification's table of roles, not from the routes.
MAY_KNOCK = {
    ("POST", f"{ROOM}/start-cleaning/"): {CLEANER, SUPERVISOR, MANAGER},
    ("POST", f"{ROOM}/mark-cleaned/"): {CLEANER, SUPERVISOR, MANAGER},
    ("POST", f"{ROOM}/inspect/"): {SUPERVISOR, MANAGER},
    ("POST", f"{ROOM}/mark-maintenance/"): {DESK, CLEANER, SUPERVISOR, MANAGER},
    ("POST", f"{ROOM}/complete-maintenance/"): {CLEANER, SUPERVISOR, MANAGER},
    ("POST", f"{ROOM}/blocks/"): {MANAGER},
    ("DELETE", f"{ROOM}/blocks/"): {MANAGER},
    ("DELETE", f"{ROOM}/blocks/12/"): {MANAGER},
    ("GET", f"{ROOM}/blocks/"): set(Role),
    ("GET", f"{ROOM}/status-history/"): set(Role),
    ("GET", f"{HOTEL}/rooms/availability/?{STAY}"): set(Role),
    ("GET", f"{TASKS}/"): set(Role),
    ("POST", f"{TASKS}/31/start/"): {CLEANER, SUPERVISOR, MANAGER},
    ("POST", f"{TASKS}/31/done/"): {CLEANER, SUPERVISOR, MANAGER},
    ("POST", f"{TASKS}/31/assign/"): {CLEANER, SUPERVISOR, MANAGER},
}
BODIES = {"inspect": {"passed": True}, "blocks": {"until": "2026-08-16"}}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("method", "path"), MAY_KNOCK)
def test_a_route_is_open_to_the_roles_that_the_specification_names(
    gateway: Gateway, method: str, path: str, role: Role
) -> None:
    caller = gateway.accounts.signed_in(builders.staff(role))
    body = next((body for name, body in BODIES.items() if f"/{name}/" in path and method == "POST"), None)

    answer = gateway.call(method, path, headers=caller, **({"json": body} if body else {}))

    refused = answer.status_code == 403
    assert refused == (role not in MAY_KNOCK[method, path])
    assert refused or (answer.status_code, code(answer)) == (503, "SERVICE_UNAVAILABLE")  # let in: rooms is asked


def test_the_day_of_housekeeping_needs_only_the_permission_to_clean() -> None:
    assert PERMISSIONS[CLEANER] == {Permission.CLEAN}


def test_free_rooms_have_the_names_of_guests_from_one_ask(gateway: Gateway, cleaner: dict[str, str]) -> None:
    free = FreeRoom(
        room_number="101", room_type="Double", is_occupied=True, current_booking_id="BK-1",
        next_booking=date(2026, 9, 1),
    )  # fmt: skip
    empty = FreeRoom(
        room_number="102", room_type="Double", is_occupied=False, current_booking_id=None, next_booking=None
    )
    taken = TakenRoom(
        room_number="103", room_type="Double", conflict_reason=ConflictReason.EXISTING_BOOKING,
        conflict_booking_id="BK-9", available_from=date(2026, 8, 16),
    )  # fmt: skip
    free_rooms = FreeRooms(available_rooms=(free, empty), unavailable_rooms=(taken,))
    gateway.bus.answers(FindFreeRooms, free_rooms)
    gateway.bus.answers(GetBooking, builders.booking())
    gateway.bus.answers(GetGuestNames, GuestsOfRooms(names={"BK-1": "Ada Byrne"}))

    answer = gateway.get(f"{HOTEL}/rooms/availability/?{STAY}&room_type=DBL&exclude_booking=BK-7", headers=cleaner)

    assert answer.json() == {
        "available_rooms": [
            {"room_number": "101", "room_type": "Double", "is_occupied": True, "current_guest": "Ada Byrne",
             "next_booking": "2026-09-01"},
            {"room_number": "102", "room_type": "Double", "is_occupied": False, "current_guest": None,
             "next_booking": None},
        ],
        "unavailable_rooms": [
            {"room_number": "103", "room_type": "Double", "conflict_reason": "Existing booking",
             "conflict_booking_id": "BK-9", "available_from": "2026-08-16"},
        ],
    }  # fmt: skip
    assert gateway.bus.count(GetGuestNames) == 1
    ask = gateway.bus.last(FindFreeRooms)
    assert (ask.check_in, ask.check_out) == (date(2026, 8, 14), date(2026, 8, 16))
    assert (ask.room_type, ask.exclude_booking) == ("DBL", "BK-7")


def test_rooms_are_filtered_by_status_type_floor_and_occupancy(gateway: Gateway, cleaner: dict[str, str]) -> None:
    gateway.bus.answers(ListRooms, RoomList(count=0, results=()))

    gateway.get(f"{HOTEL}/rooms/?room_type=DBL&floor=-1&occupied=false&status=OCCUPIED&page=2", headers=cleaner)

    ask = gateway.bus.last(ListRooms)
    assert (ask.room_type, ask.floor, ask.occupied, ask.status) == ("DBL", -1, False, "OCCUPIED")
    assert ask.page.page == 2
    for unreadable in ("floor=first", "floor=99999999999", "occupied=perhaps", "status=SPOTLESS"):
        assert code(gateway.get(f"{HOTEL}/rooms/?{unreadable}", headers=cleaner)) == "INVALID_FILTER"


def test_a_repair_carries_its_priority(gateway: Gateway, cleaner: dict[str, str]) -> None:
    high = MaintenancePriority.HIGH
    gateway.bus.answers(ChangeRoomStatus, builders.room(maintenance_priority=high))

    answer = gateway.post(f"{ROOM}/mark-maintenance/", {"priority": "HIGH", "notes": "tap"}, headers=cleaner)

    ask = gateway.bus.last(ChangeRoomStatus)
    assert (ask.priority, ask.note) == (high, "tap")
    assert answer.json()["maintenance_priority"] == "HIGH"


def test_a_block_is_made_listed_and_lifted(gateway: Gateway, manager: dict[str, str]) -> None:
    left = RoomBlocks(room_number="101", blocks=(a_block(),))
    gateway.bus.answers(BlockRoom, a_block())
    gateway.bus.answers(ListBlocks, left)
    gateway.bus.answers(UnblockRoom, left)

    made = gateway.post(f"{ROOM}/blocks/", {"starts_on": "2026-08-14", "until": "2026-08-16"}, headers=manager)

    assert (made.status_code, made.json()["blocked_by"]["name"]) == (201, "Nora Clerk")
    assert gateway.get(f"{ROOM}/blocks/", headers=manager).json()["blocks"] == [made.json()]
    assert gateway.call("DELETE", f"{ROOM}/blocks/12/", headers=manager).status_code == 200
    assert gateway.bus.last(UnblockRoom).block_id == 12
    gateway.call("DELETE", f"{ROOM}/blocks/?starts_on=2026-08-14", headers=manager)
    ask = gateway.bus.last(UnblockRoom)
    assert (ask.block_id, ask.starts_on, ask.until) == (None, date(2026, 8, 14), None)
    for nonsense in ("x", "-1", "9" * 40):
        assert code(gateway.call("DELETE", f"{ROOM}/blocks/{nonsense}/", headers=manager)) == "BLOCK_NOT_FOUND"


def test_tasks_are_listed_and_worked_off(gateway: Gateway, cleaner: dict[str, str]) -> None:
    gateway.bus.answers(ListTasks, TaskList(count=21, results=(a_task(),)))
    gateway.bus.answers(StartTask, a_task())
    gateway.bus.answers(FinishTask, a_task())

    listed = gateway.get(f"{TASKS}/?status=OPEN&assignee=me&room_number=101", headers=cleaner).json()

    assert (listed["count"], listed["results"][0]["assignee"]["name"]) == (21, "Nora Clerk")
    assert listed["next"] == "?status=OPEN&assignee=me&room_number=101&page=2"
    ask = gateway.bus.last(ListTasks)
    assert (ask.status, ask.assignee_id, ask.room_number) == ("OPEN", str(UUID(int=7)), "101")
    assert code(gateway.get(f"{TASKS}/?status=LATER", headers=cleaner)) == "INVALID_FILTER"
    gateway.get(f"{TASKS}/?assignee=%20me%20&room_number=%20101%20", headers=cleaner)
    ask = gateway.bus.last(ListTasks)
    assert (ask.assignee_id, ask.room_number) == (str(UUID(int=7)), "101")
    for step, kind in (("start", StartTask), ("done", FinishTask)):
        assert gateway.post(f"{TASKS}/31/{step}/", headers=cleaner).json()["id"] == 31
        assert gateway.bus.last(kind).task_id == 31
        assert code(gateway.post(f"{TASKS}/none/{step}/", headers=cleaner)) == "TASK_NOT_FOUND"


def test_a_task_is_assigned_to_the_caller_a_colleague_or_nobody(gateway: Gateway, manager: dict[str, str]) -> None:
    colleague = builders.staff(CLEANER, id=UUID(int=8), name="Maeve Broom")
    stranger = builders.staff(CLEANER, id=UUID(int=9), hotel=builders.OTHER_HOTEL)
    for each in (colleague, stranger):
        gateway.accounts.signed_in(each)
    gateway.bus.answers(AssignTask, a_task())

    def whose(body: Any) -> Any:
        assert gateway.post(f"{TASKS}/31/assign/", body, headers=manager).status_code == 200
        return gateway.bus.last(AssignTask).staff_id

    assert whose(None) == str(UUID(int=7))
    assert whose({"staff_id": str(UUID(int=8))}) == str(UUID(int=8))
    assert whose({"staff_id": None}) is None
    for unknown in (UUID(int=9), UUID(int=10)):
        refused = gateway.post(f"{TASKS}/31/assign/", {"staff_id": str(unknown)}, headers=manager)
        assert (refused.status_code, code(refused)) == (404, "STAFF_NOT_FOUND")
