"""An action that waited for another one of its booking begins with what that one left."""

import pytest
import sqlalchemy as sa

from services.rooms.handlers.assignments import give_room
from services.rooms.store import actions
from services.rooms.work import RoomsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.rooms.rooms_under_test import RoomsUnderTest


def given_another_room_meanwhile(service: RoomsUnderTest) -> list[str]:
    """A room is being given to a booking when the booking is given another one; the rooms that it then has."""
    service.hold("BK-A")
    first, second = service.giving("BK-A", "101"), service.giving("BK-A", "102")

    def give(work: RoomsWork) -> None:
        give_room(first, work)

    after_a_wait(service.engine, service.unit_of_work.begin, give, lambda: service.ask(second))
    rows = service.rows("SELECT room_number FROM period p JOIN room r ON r.id = p.room_id WHERE p.live")
    return [row.room_number for row in rows]


def test_a_booking_that_is_given_two_rooms_at_once_has_the_later_one(service: RoomsUnderTest) -> None:
    assert given_another_room_meanwhile(service) == ["102"]


def test_an_action_that_does_not_lock_its_hold_would_miss_the_other_one(
    service: RoomsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BEGIN", sa.text(actions.BEGIN.text.replace("FOR NO KEY UPDATE", "")))

    with pytest.raises(sa.exc.IntegrityError, match="period_one_room_each"):
        given_another_room_meanwhile(service)
