"""What a handler of rooms may touch in one transaction."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from chassis.transactions.work import Work
from contracts.rooms import AvailabilityChanged, RoomBlocked, RoomStatusChanged, RoomUnblocked, TaskStatus
from contracts.values import Actor
from services.rooms import store
from services.rooms.domain.assigning import Room
from services.rooms.domain.inventory import Ending
from services.rooms.store.rooms import subject_of, what_of


class RoomsWork(Work):
    """One transaction on the rooms database. Ports are made when they are first used."""

    @cached_property
    def hotels(self) -> store.Hotels:
        return store.Hotels(self.connection)

    @cached_property
    def availability(self) -> store.Availability:
        return store.Availability(self.connection)

    @cached_property
    def offers(self) -> store.Offers:
        return store.Offers(self.connection)

    @cached_property
    def holds(self) -> store.Holds:
        return store.Holds(self.connection)

    @cached_property
    def nights(self) -> store.Nights:
        return store.Nights(self.connection)

    @cached_property
    def periods(self) -> store.Periods:
        return store.Periods(self.connection)

    @cached_property
    def menus(self) -> store.Menus:
        return store.Menus(self.connection)

    @cached_property
    def rooms(self) -> store.Rooms:
        return store.Rooms(self.connection)

    @cached_property
    def tasks(self) -> store.Tasks:
        return store.Tasks(self.connection)

    @cached_property
    def actions(self) -> store.Actions:
        return store.Actions(self.connection)

    @cached_property
    def properties(self) -> store.Properties:
        return store.Properties(self.connection)

    @cached_property
    def room_edits(self) -> store.RoomEdits:
        return store.RoomEdits(self.connection)

    @cached_property
    def room_types(self) -> store.RoomTypes:
        return store.RoomTypes(self.connection)

    @cached_property
    def rates(self) -> store.Rates:
        return store.Rates(self.connection)

    @cached_property
    def promotions(self) -> store.Promotions:
        return store.Promotions(self.connection)

    @cached_property
    def policies(self) -> store.Policies:
        return store.Policies(self.connection)

    @cached_property
    def gathered(self) -> dict[str, Ending]:
        """What bookings are to let go of at the end of this transaction."""
        return {}

    def gather(self, ending: Ending, settle: "Settle") -> None:
        """Have the booking let go of its nights, with all others of this transaction, just before it commits."""
        self.gathered[ending.booking_id] = ending
        self._settle = settle

    def flush(self) -> None:
        """Settle what was gathered, then write what was published and noted."""
        if self.gathered:
            self._settle(self, self.gathered)
        super().flush()

    def record_turn(self, room: Room, *, turned: RoomStatusChanged, version: int, note: str) -> None:
        """Publish a room's change and note it in its trail."""
        self.publish(turned)
        self.audit(
            subject=subject_of(room.hotel, room.room_number),
            sequence=version,
            what=what_of(turned.source, turned.priority),
            by=turned.by,
            from_status=turned.old_status,
            to_status=turned.new_status,
            why=note,
        )

    def record_task(self, task_id: int, *, version: int, before: TaskStatus | None, after: TaskStatus) -> None:
        """Note in its trail what became of a cleaning task."""
        self.audit(
            subject=f"task/{task_id}",
            sequence=version,
            what="HousekeepingTaskChanged",
            by=self.caller.actor,
            from_status=before,
            to_status=after,
        )

    def record_block(self, fact: RoomBlocked | RoomUnblocked, *, why: str = "") -> None:
        """Publish that a room is kept from everybody, or no more, and what that does to availability."""
        begun = isinstance(fact, RoomBlocked)
        self.publish(fact)
        self.publish(AvailabilityChanged(hotel=fact.hotel, room_types=(fact.room_type_code,)))
        self.audit(
            subject=f"block/{fact.block_id}",
            sequence=1 if begun else 2,
            what=type(fact).__name__,
            by=fact.by,
            from_status=None if begun else "BLOCKED",
            to_status="BLOCKED" if begun else "LIFTED",
            why=why,
        )

    def record_room(self, hotel: str, room_number: str, *, status: str, by: Actor, version: int = 1) -> None:
        """Note in its trail that there is a new room."""
        subject = subject_of(hotel, room_number)
        self.audit(subject=subject, sequence=version, what="RoomAdded", by=by, from_status=None, to_status=status)

    def record_edit(self, hotel: str, room_number: str, *, what: str, version: int, why: str) -> None:
        """Note in its trail that a room is not what it was; its status stays."""
        subject, by = subject_of(hotel, room_number), self.caller.actor
        self.audit(subject=subject, sequence=version, what=what, by=by, from_status=None, to_status=None, why=why)


Settle = Callable[[RoomsWork, Mapping[str, Ending]], Any]
