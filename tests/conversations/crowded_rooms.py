"""Family rooms in which a stay finds a room once two others share one, and what may come between plan and rooms."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from contracts.bookings.room_plan import AssignedStay, PlanRooms, RoomsPlanned
from contracts.message import Ask
from contracts.rooms.blocks import BlockRoom
from contracts.values import Context
from tests.conversations.actions import (
    assigned,
    booking,
    confirmed,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

KEYED = replace(STAFF, idempotency_key="k", fingerprint="f")
FAMILY = ("301", "302", "303")


class Crowded:
    """Family rooms, in which the stay `late` finds a room once `one` and `other` share one."""

    def __init__(self, fixture: PlatformFixture, begins: int = 0) -> None:
        self.fixture = fixture
        self.one = self._family(begins, 2, "301")
        self.other = self._family(begins + 2, 2, "302")
        self.whole = self._family(begins, 4, "303")
        self.late = self._family(begins, 4)
        self.first = fixture.today() + timedelta(days=begins)
        self.all = (self.one, self.other, self.whole, self.late)

    def _family(self, begins: int, nights: int, room_number: str = "") -> str:
        booked = confirmed(self.fixture, room_type="FAM", begins=begins, nights=nights).id
        if room_number:
            assigned(self.fixture, booked, room_number)
        return booked

    def command(self, *booking_ids: str, dry_run: bool = False) -> PlanRooms:
        until = self.first + timedelta(days=4)
        named = booking_ids or None
        return PlanRooms(hotel=HOTEL, starts_on=self.first, until=until, booking_ids=named, dry_run=dry_run)

    def plan(self, *booking_ids: str, caller: Context = STAFF, dry_run: bool = False) -> RoomsPlanned:
        return self.fixture.platform.ask(self.command(*booking_ids, dry_run=dry_run), caller)

    @property
    def rooms(self) -> list[str | None]:
        """The rooms of `one`, `other`, `whole` and `late`, as bookings knows them."""
        return [booking(self.fixture, each).assigned_room_number for each in self.all]

    @property
    def times(self) -> list[int]:
        """How often each was assigned a room."""
        self.fixture.settle()
        return [self.fixture.platform.event_names(each).count("RoomAssigned") for each in self.all]

    def check_planned(self, reply: RoomsPlanned | None = None) -> None:
        """The plan was carried out once, and rooms and bookings agree."""
        one, other, whole, late = self.rooms
        assert (one == other, whole, {one, late}) == (True, "303", {"301", "302"})
        assert sorted(self.times) == [1, 1, 1, 2]
        assert self.times[3] == 1
        assert held(self.fixture) == {each: self.rooms[n] for n, each in enumerate(self.all)}
        assert waiting(self.fixture) == 0
        if reply:
            [moved] = reply.moved
            assert reply.assigned == (AssignedStay(booking_id=self.late, room_number=str(late)),)
            assert booking(self.fixture, moved.booking_id).assigned_room_number == moved.to_room
            assert (reply.impossible, reply.proven, reply.moves_at_least) == ((), True, 1)

    def check_unchanged(self) -> None:
        """Nothing was changed, and nothing waits."""
        assert (self.rooms, self.times, waiting(self.fixture)) == (["301", "302", "303", None], [1, 1, 1, 0], 0)


def held(fixture: PlatformFixture) -> dict[str, str]:
    """The family room of each booking, as rooms knows it."""
    with fixture.platform.services["rooms"].engine.connect() as connection:
        rows = connection.execute(sa.text(
            "SELECT p.booking_id, r.room_number FROM period p JOIN room r ON r.id = p.room_id"
            " WHERE p.live AND p.kind = 'STAY' AND r.room_number LIKE '30_'"
        ))  # fmt: skip
        return {row.booking_id: row.room_number for row in rows if row.room_number in FAMILY}


def waiting(fixture: PlatformFixture) -> int:
    """The number of pending actions."""
    with fixture.platform.services["bookings"].engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM booking WHERE pending IS NOT NULL")).scalar_one())


@contextmanager
def meanwhile(
    fixture: PlatformFixture, kind: type[Ask[Any]], act: Callable[[], Any], *, times: int = 1
) -> Iterator[None]:
    """`act` happens before bookings sends an ask of this kind, the first `times` times."""
    server, original = fixture.platform.services["bookings"].ask_server, fixture.platform.ask_from_service
    left = times

    def ask(message: Ask[Any], context: Context) -> Any:
        nonlocal left
        if isinstance(message, kind) and left:
            left -= 1
            act()
        return original(message, context)

    server._ask = ask
    try:
        yield
    finally:
        server._ask = original


def blocking(fixture: PlatformFixture) -> Callable[[], Any]:
    """Each call blocks another night, far away, of a room."""
    first = fixture.today() + timedelta(days=20)

    def block() -> None:
        nonlocal first
        first += timedelta(days=2)
        until = first + timedelta(days=1)
        command = BlockRoom(hotel=HOTEL, room_number="304", starts_on=first, until=until, reason="Paint")
        fixture.platform.ask(command, STAFF)

    return block
