"""Steps of housekeeping: a guest's departure, a status change, and the tasks that follow."""

from typing import Any

from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import GetRoom
from contracts.rooms.tasks import HousekeepingTask, ListTasks, TaskList
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Caller, Permission
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day

P = Permission


def in_house(service: RoomsUnderTest, booking_id: str = "BK-A", number: str = "101") -> None:
    service.hold(booking_id, 0, 2)
    service.give(booking_id, number)
    service.move_in(booking_id)


def left(service: RoomsUnderTest, booking_id: str = "BK-A", number: str = "101") -> None:
    in_house(service, booking_id, number)
    service.ask(service.moving_out(booking_id, day(0)))


def turn(service: RoomsUnderTest, *statuses: RoomStatus, number: str = "101", **more: Any) -> None:
    for status in statuses:
        service.ask(ChangeRoomStatus(hotel=service.hotel, room_number=number, to_status=status, **more))


def listed(service: RoomsUnderTest, **params: Any) -> TaskList:
    return service.ask(ListTasks(hotel=service.hotel, **params))


def task(service: RoomsUnderTest, **params: Any) -> HousekeepingTask:
    [opened_task] = listed(service, **params).results
    return opened_task


def status(service: RoomsUnderTest, number: str = "101") -> RoomStatus:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number)).room_status


def cleaner(service: RoomsUnderTest, staff_id: str = "7") -> Caller:
    return Caller(kind="staff", staff_id=staff_id, name="Maeve", hotel=service.hotel, permissions=frozenset((P.CLEAN,)))
