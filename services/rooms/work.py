"""The unit of work of rooms: the stores of one transaction, and the methods that record changes."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from chassis.transactions.work import Work
from contracts.rooms.events import AvailabilityChanged, RoomBlocked, RoomStatusChanged, RoomUnblocked
from contracts.rooms.tasks import TaskStatus
from services.rooms.domain.holds import Release
from services.rooms.domain.room_history import entry_name, subject_of
from services.rooms.domain.rooms import Room
from services.rooms.store.actions import SqlActionLog
from services.rooms.store.availability import SqlAvailability
from services.rooms.store.holds import SqlHolds
from services.rooms.store.hotel_import import SqlHotelImport
from services.rooms.store.hotels import SqlHotels
from services.rooms.store.menu import SqlMenu
from services.rooms.store.nights import SqlNights
from services.rooms.store.offers import SqlOffers
from services.rooms.store.periods import SqlPeriods
from services.rooms.store.policies import SqlPolicies
from services.rooms.store.promotions import SqlPromotions
from services.rooms.store.rates import SqlRates
from services.rooms.store.room_details import SqlRoomDetails
from services.rooms.store.room_types import SqlRoomTypes
from services.rooms.store.rooms import SqlRooms
from services.rooms.store.tasks import SqlTasks


class RoomsWork(Work):
    """One transaction on the rooms database. Each store is made when first used."""

    @cached_property
    def hotels(self) -> SqlHotels:
        return SqlHotels(self.connection)

    @cached_property
    def hotel_import(self) -> SqlHotelImport:
        return SqlHotelImport(self.connection)

    @cached_property
    def room_types(self) -> SqlRoomTypes:
        return SqlRoomTypes(self.connection, now=self.now)

    @cached_property
    def rates(self) -> SqlRates:
        return SqlRates(self.connection)

    @cached_property
    def promotions(self) -> SqlPromotions:
        return SqlPromotions(self.connection)

    @cached_property
    def policies(self) -> SqlPolicies:
        return SqlPolicies(self.connection)

    @cached_property
    def menu(self) -> SqlMenu:
        return SqlMenu(self.connection)

    @cached_property
    def availability(self) -> SqlAvailability:
        return SqlAvailability(self.connection)

    @cached_property
    def offers(self) -> SqlOffers:
        return SqlOffers(self.connection)

    @cached_property
    def actions(self) -> SqlActionLog:
        return SqlActionLog(self.connection)

    @cached_property
    def holds(self) -> SqlHolds:
        return SqlHolds(self.connection)

    @cached_property
    def rooms(self) -> SqlRooms:
        return SqlRooms(self.connection)

    @cached_property
    def room_details(self) -> SqlRoomDetails:
        return SqlRoomDetails(self.connection)

    @cached_property
    def tasks(self) -> SqlTasks:
        return SqlTasks(self.connection)

    @cached_property
    def periods(self) -> SqlPeriods:
        return SqlPeriods(self.connection)

    @cached_property
    def nights(self) -> SqlNights:
        return SqlNights(self.connection)

    @cached_property
    def releases(self) -> dict[str, Release]:
        """The releases to execute before the commit, by booking id."""
        return {}

    def release_before_commit(self, release: Release, execute: "ExecuteReleases") -> None:
        """Register a release, which is executed with all others of this transaction just before the commit."""
        self.releases[release.booking_id] = release
        self._execute_releases = execute

    def flush(self) -> None:
        """Execute the registered releases, then write the audit rows and the outbox."""
        if self.releases:
            self._execute_releases(self, self.releases)
        super().flush()

    def record_status_change(self, room: Room, *, event: RoomStatusChanged, version: int, note: str) -> None:
        """Publish the change of a room's status, and write its audit row."""
        self.publish(event)
        self.audit(
            subject=subject_of(room.hotel, room.room_number),
            sequence=version,
            what=entry_name(event.source, event.priority),
            by=event.by,
            from_status=event.old_status,
            to_status=event.new_status,
            why=note,
        )

    def record_task(self, task_id: int, *, version: int, before: TaskStatus | None, after: TaskStatus) -> None:
        """Write the audit row of a cleaning task."""
        self.audit(
            subject=f"task/{task_id}",
            sequence=version,
            what="HousekeepingTaskChanged",
            by=self.caller.actor,
            from_status=before,
            to_status=after,
        )

    def record_block(self, event: RoomBlocked | RoomUnblocked, *, why: str = "") -> None:
        """Publish the begin or end of a block and the changed availability, and write the audit row."""
        begins = isinstance(event, RoomBlocked)
        self.publish(event)
        self.publish(AvailabilityChanged(hotel=event.hotel, room_types=(event.room_type_code,)))
        self.audit(
            subject=f"block/{event.block_id}",
            sequence=1 if begins else 2,
            what=type(event).__name__,
            by=event.by,
            from_status=None if begins else "BLOCKED",
            to_status="BLOCKED" if begins else "LIFTED",
            why=why,
        )

    def record_room(
        self, hotel: str, room_number: str, *, what: str, version: int = 1, status: str | None = None, why: str = ""
    ) -> None:
        """Write the audit row of a room that staff added (with its `status`), changed or removed."""
        self.audit(
            subject=subject_of(hotel, room_number),
            sequence=version,
            what=what,
            by=self.caller.actor,
            from_status=None,
            to_status=status,
            why=why,
        )


ExecuteReleases = Callable[[RoomsWork, Mapping[str, Release]], Any]
