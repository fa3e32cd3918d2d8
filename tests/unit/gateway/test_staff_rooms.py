"""Rooms as staff list and turn them over HTTP."""

from typing import Any

import pytest

from chassis.refusal import Unavailable
from contracts.bookings.queries import GetGuestNames
from contracts.bookings.views import GuestsOfRooms
from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import GetRoom, GetRoomHistory, ListRooms, RoomChange, RoomHistory, RoomList
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import SYSTEM, Actor, ActorKind
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

HOTEL = f"/api/staff/hotels/{builders.HOTEL}"
ROOM = f"{HOTEL}/rooms/101"


def test_rooms_are_listed_with_who_lives_there(gateway: Gateway, front_desk: dict[str, str]) -> None:
    lived_in = builders.room(room_number="102", current_booking_id="BK-1")
    gateway.bus.answers(ListRooms, RoomList(count=2, results=(builders.room(), lived_in)))
    gateway.bus.answers(GetGuestNames, GuestsOfRooms(names={"BK-1": "Ada Byrne"}))

    body = gateway.get(f"{HOTEL}/rooms/?status=CHECKOUT_DIRTY", headers=front_desk).json()

    assert [room["current_guest"] for room in body["results"]] == [None, "Ada Byrne"]
    assert gateway.bus.count(GetGuestNames) == 1
    assert gateway.bus.last(ListRooms).status is RoomStatus.CHECKOUT_DIRTY
    assert code(gateway.get(f"{HOTEL}/rooms/?status=SPOTLESS", headers=front_desk)) == "INVALID_FILTER"


def test_rooms_are_shown_also_while_bookings_is_down(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(GetRoom, builders.room(current_booking_id="BK-1"))
    gateway.bus.answers(GetGuestNames, Unavailable("down"))

    answer = gateway.get(f"{ROOM}/", headers=front_desk)

    assert answer.status_code == 200
    assert answer.json()["current_guest"] is None
    assert answer.headers["etag"] == '"4"'


S = RoomStatus


@pytest.mark.parametrize(
    ("path", "body", "to", "only_from", "note"),
    [
        ("start-cleaning", None, S.CLEANING_IN_PROGRESS, (S.CHECKOUT_DIRTY,), ""),
        ("mark-cleaned", None, S.CLEANED_UNINSPECTED, (S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS), ""),
        ("inspect", {"passed": True}, S.READY_FOR_GUEST, (S.CLEANED_UNINSPECTED,), ""),
        ("inspect", {"passed": False, "notes": "dust"}, S.CHECKOUT_DIRTY, (S.CLEANED_UNINSPECTED,), "dust"),
        ("mark-maintenance", {"priority": "HIGH", "notes": "tap"}, S.MAINTENANCE_REQUIRED, (), "tap"),
        ("complete-maintenance", None, S.CHECKOUT_DIRTY, (S.MAINTENANCE_REQUIRED, S.OUT_OF_ORDER), ""),
        ("status", {"to_status": "READY_FOR_GUEST", "note": "n"}, S.READY_FOR_GUEST, (), "n"),
    ],
)
def test_a_turnover_action_is_a_step_of_the_status(
    gateway: Gateway, manager: dict[str, str], *, path: str, body: Any, to: S, only_from: tuple[S, ...], note: str
) -> None:
    gateway.bus.answers(ChangeRoomStatus, builders.room(room_status=to))

    answer = gateway.post(f"{ROOM}/{path}/", body, headers=manager)

    assert answer.json()["room_status"] == to
    ask = gateway.bus.last(ChangeRoomStatus)
    assert (ask.to_status, ask.only_from, ask.note) == (to, only_from, note)


def test_a_rooms_history_names_who_changed_it(gateway: Gateway, front_desk: dict[str, str]) -> None:
    change = RoomChange(
        old_status=S.OCCUPIED, new_status=S.CHECKOUT_DIRTY, source="SYSTEM", by=builders.CLERK, note="",
        changed_at=builders.NOON,
    )  # fmt: skip
    gateway.bus.answers(GetRoomHistory, RoomHistory(room_number="101", changes=(change,), count=21))

    body = gateway.get(f"{ROOM}/status-history/", headers=front_desk).json()

    assert body["results"][0]["by"]["kind"] == ActorKind.STAFF
    assert body["results"][0]["new_status"] == "CHECKOUT_DIRTY"
    assert (body["count"], body["next"]) == (21, "?page=2")


def test_a_rooms_history_has_the_present_names_of_staff_whom_the_services_know_by_id(gateway: Gateway) -> None:
    clerk = builders.staff(Role.FRONT_DESK)
    headers = gateway.accounts.signed_in(clerk)
    by = (Actor(ActorKind.STAFF, str(clerk.id)), Actor(ActorKind.STAFF, "of-another-hotel"), SYSTEM)
    changes = tuple(
        RoomChange(
            old_status=S.OCCUPIED, new_status=S.CHECKOUT_DIRTY, source="SYSTEM", by=each, note="",
            changed_at=builders.NOON,
        )
        for each in by
    )  # fmt: skip
    gateway.bus.answers(GetRoomHistory, RoomHistory(room_number="101", changes=changes, count=3))

    body = gateway.get(f"{ROOM}/status-history/", headers=headers).json()

    assert [each["by"]["name"] for each in body["results"]] == [clerk.name, None, None]
