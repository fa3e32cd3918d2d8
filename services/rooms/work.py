"""The unit of work of the rooms service: the stores of one transaction, and the methods that record changes."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chassis.transactions.store import store
from chassis.transactions.work import Work
from contracts.rooms.events import AvailabilityChanged, RoomBlocked, RoomUnblocked
from services.rooms.domain.holds import Release
from services.rooms.domain.room_plan.plan import RoomPlan
from services.rooms.domain.room_plan.sources import PlanSources
from services.rooms.domain.rooms import subject_of
from services.rooms.store.actions import SqlActionLog
from services.rooms.store.availability import SqlAvailability
from services.rooms.store.endings import SqlEndings
from services.rooms.store.held_rooms import SqlHeldRooms
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
from services.rooms.store.room_plan import SqlRoomPlan
from services.rooms.store.room_types import SqlRoomTypes
from services.rooms.store.rooms import SqlRooms
from services.rooms.store.sales import SqlSales
from services.rooms.store.tasks import SqlTasks
from services.rooms.store.undo import SqlUndo
from services.rooms.store.waiting_changes import SqlWaitingChanges


@dataclass(frozen=True)
class RoomsDependencies:
    """The dependencies besides the database: `plan` makes a room plan, which takes seconds of another process.

    `plans` counts the plans since this process started, for metrics: `made`, and those of them that are `unproven`, and
    `failed`.
    """

    plan: Callable[[PlanSources], RoomPlan]
    plans: Counter[str] = field(default_factory=Counter)


class RoomsWork(Work):
    """One transaction on the rooms database."""

    dependencies: RoomsDependencies

    availability = store(SqlAvailability)
    endings = store(SqlEndings)
    held_rooms = store(SqlHeldRooms)
    holds = store(SqlHolds)
    hotel_import = store(SqlHotelImport)
    hotels = store(SqlHotels)
    menu = store(SqlMenu)
    nights = store(SqlNights)
    offers = store(SqlOffers)
    policies = store(SqlPolicies)
    periods = store(SqlPeriods)
    promotions = store(SqlPromotions)
    rates = store(SqlRates)
    room_plan = store(SqlRoomPlan)
    rooms = store(SqlRooms)
    tasks = store(SqlTasks)
    undo = store(SqlUndo)
    waiting_changes = store(SqlWaitingChanges)
    checked_sale = staticmethod(SqlSales.checked)

    @cached_property
    def actions(self) -> SqlActionLog:
        return SqlActionLog(self.connection, write_late=self.write_late)

    @cached_property
    def room_types(self) -> SqlRoomTypes:
        return SqlRoomTypes(self.connection, now=self.now)

    @cached_property
    def sales(self) -> SqlSales:
        return SqlSales(self.write_first)

    @cached_property
    def releases(self) -> dict[str, Release]:
        """The releases to execute before the commit, keyed by booking id."""
        return {}

    def release_before_commit(self, release: Release, execute: "ExecuteReleases") -> None:
        """Register a release. All registered releases are executed together, just before the commit."""
        self.releases[release.booking_id] = release
        self._execute_releases = execute

    def flush(self) -> None:
        """Execute the registered releases, then write the audit rows and the outbox."""
        if self.releases:
            self._execute_releases(self, self.releases)
        super().flush()

    def record(
        self,
        subject: str,
        *,
        hotel: str,
        sequence: int,
        what: str,
        before: str | None = None,
        after: str | None = None,
        why: str = "",
        remark: str = "",
    ) -> None:
        """Write the audit row of a change by the caller. `before` and `after` are statuses of the subject.

        `why` is the service's own words, `remark` what a person wrote.
        """
        self.audit(
            hotel=hotel,
            subject=subject,
            sequence=sequence,
            what=what,
            by=self.caller.actor,
            from_status=before,
            to_status=after,
            why=why,
            remark=remark,
        )

    def record_block(self, event: RoomBlocked | RoomUnblocked) -> None:
        """Write the audit row of a block. Publish `event`, the begin or end of the block, and `AvailabilityChanged`."""
        begins = isinstance(event, RoomBlocked)
        self.publish(event)
        self.publish(AvailabilityChanged(hotel=event.hotel, room_types=(event.room_type_code,)))
        self.record(
            f"block/{event.block_id}",
            hotel=event.hotel,
            sequence=1 if begins else 2,
            what=type(event).__name__,
            before=None if begins else "BLOCKED",
            after="BLOCKED" if begins else "LIFTED",
        )

    def record_room(
        self, hotel: str, room_number: str, *, what: str, version: int = 1, status: str | None = None, why: str = ""
    ) -> None:
        """Write the audit row of a room that staff add, change or remove. `status` is set only for an added room."""
        self.record(subject_of(hotel, room_number), hotel=hotel, sequence=version, what=what, after=status, why=why)


ExecuteReleases = Callable[[RoomsWork, Mapping[str, Release]], Any]
