"""The unit of work of the bookings service: its stores, `record` for changes with events, and `note` for others."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from chassis.transactions.store import store
from chassis.transactions.work import Work
from contracts.bookings.events import BookingEvent, MailedEvent
from contracts.bookings.orders import Order, OrderCancelled
from contracts.bookings.stays import RoomLocked
from contracts.values import SYSTEM, Actor, ActorKind
from services.bookings.domain import change_withdrawals, hold_counts, orders, overstays
from services.bookings.domain.booking import Booking
from services.bookings.domain.booking_names import Choose
from services.bookings.domain.evolution import evolve
from services.bookings.domain.guest_tokens import GuestTokens
from services.bookings.domain.hold_counts import HoldCount
from services.bookings.lifecycle import CALLED_OFF, LIFECYCLE
from services.bookings.settings import BookingsSettings
from services.bookings.store.access_codes import SqlAccessCodes
from services.bookings.store.bookings import SqlBookings
from services.bookings.store.chats import SqlChats
from services.bookings.store.communications import SqlCommunications
from services.bookings.store.event_effects import SqlEventEffects
from services.bookings.store.ghosts import SqlGhosts
from services.bookings.store.history import SqlHistory
from services.bookings.store.hold_counts import SqlHoldCounts
from services.bookings.store.holds import SqlInventoryHolds
from services.bookings.store.listing import SqlListing
from services.bookings.store.lookups import SqlLookups
from services.bookings.store.metrics import SqlMetrics
from services.bookings.store.orders import SqlOrders
from services.bookings.store.room_plan import SqlPlannedStays
from services.bookings.store.room_plan_checks import SqlRoomPlanChecks
from services.bookings.store.unusual_nights import SqlUnusualNights


@dataclass(frozen=True)
class BookingsDependencies:
    """The dependencies besides the database; `choose` and `draw` are random sources for names and PINs."""

    guest_tokens: GuestTokens
    sms: bool = False
    choose: Choose = random.SystemRandom().choice
    draw: Any = secrets.randbelow


def dependencies(settings: BookingsSettings) -> BookingsDependencies:
    """The dependencies of a running service."""
    return BookingsDependencies(guest_tokens=settings.guest_tokens, sms=settings.sms)


class BookingsWork(Work):
    """A transaction on the bookings database."""

    dependencies: BookingsDependencies

    bookings = store(SqlBookings)
    listing = store(SqlListing)
    holds = store(SqlInventoryHolds)
    hold_counts = store(SqlHoldCounts)
    access_codes = store(SqlAccessCodes)
    chats = store(SqlChats)
    communications = store(SqlCommunications)
    orders = store(SqlOrders)
    lookups = store(SqlLookups)
    ghosts = store(SqlGhosts)
    unusual_nights = store(SqlUnusualNights)
    history = store(SqlHistory)
    metrics = store(SqlMetrics)
    room_plan = store(SqlPlannedStays)
    room_plan_checks = store(SqlRoomPlanChecks)

    @cached_property
    def event_effects(self) -> SqlEventEffects:
        """What events change without reading, just before the commit."""
        return SqlEventEffects()

    @cached_property
    def nights_counted(self) -> list[tuple[Booking, int]]:
        """Bookings whose unpaid hold counts with so many nights more, or less."""
        return []

    @cached_property
    def no_longer_counted(self) -> list[Booking]:
        """The bookings, as they were, whose holds are not counted any more from this transaction on."""
        return []

    def record(
        self, booking: Booking, events: Sequence[BookingEvent], *, by: Actor, remark: str = "", **private: Any
    ) -> Booking:
        """Apply the events to the booking, and write audit rows and outbox in the same transaction.

        Refused `ILLEGAL_TRANSITION`. `remark` is what a person wrote with the change. `private` has the new values of
        fields that no event carries. If `events` is empty, nothing changes, and `private` is ignored. Returns the
        booking after the events.
        """
        if not events:
            return booking
        after, ended = booking, self._orders_ended_by(booking, events, by)
        withdrawn = change_withdrawals.withdrawn_by(booking, events, now=self.now)
        overstay = overstays.ended_by(booking, events, now=self.now)
        for consequence in (*withdrawn, *overstay, *(event for _, event in ended)):
            after = self._apply(after, consequence, by=by)
        for event in events:
            after = self._apply(after, event, by=by, remark=remark)
        after = hold_counts.still_counted(replace(after, **private))
        if booking.version:
            self._save(booking, after)
        else:
            self.bookings.add(after)
        for order, event in ended:
            self.orders.save(booking.hotel, orders.evolve(order, event))
        if booking.pending_change and (
            after.pending_change is None or after.pending_change.id != booking.pending_change.id
        ):
            self.holds.check_soon(after.hotel, booking.pending_change.id)
        if after.status in CALLED_OFF and booking.status not in CALLED_OFF:
            self.holds.check_soon(after.hotel, after.id)
        return after

    def note(self, booking: Booking, **private: Any) -> Booking:
        """Change fields of the booking without an event and without a new version."""
        after = hold_counts.still_counted(replace(booking, **private))
        self._save(booking, after)
        return after

    def count_hold(self, booking: Booking, counters: tuple[HoldCount, ...]) -> None:
        """Count the booking's hold, which is unpaid. Refused `TOO_MANY_HOLDS`."""
        self.hold_counts.add(booking.hotel, counters, nights=booking.stay.nights)
        self.bookings.save(booking, replace(booking, counted_by=hold_counts.names(counters)))

    def count_nights(self, before: Booking, after: Booking) -> None:
        """Count the nights that a change adds to an unpaid hold, or takes away, once the transaction ends.

        The transaction is then refused `TOO_MANY_HOLDS` where the nights are too many for a cap.
        """
        more = hold_counts.counted_nights(after) - hold_counts.counted_nights(before)
        if after.counted_by and more:
            self.nights_counted.append((after, more))

    def flush(self) -> None:
        """Write the effects of events and count down holds, then write audit rows and the outbox.

        The counters of holds, which other guests' bookings share, are locked last.
        """
        counted_anew = self.no_longer_counted or self.nights_counted
        self.event_effects.write(self.write if counted_anew else self.write_late)
        if self.no_longer_counted:
            self.hold_counts.remove(self.no_longer_counted)
            self.no_longer_counted.clear()
        for booking, more in self.nights_counted:
            self.hold_counts.shift(booking.hotel, booking.counted_by, nights=more)
        self.nights_counted.clear()
        super().flush()

    def _save(self, before: Booking, after: Booking) -> None:
        self.bookings.save(before, after)
        if before.counted_by and not after.counted_by:
            self.no_longer_counted.append(before)
        elif before.counted_by:
            self.count_nights(before, after)

    def _orders_ended_by(
        self, booking: Booking, events: Sequence[BookingEvent], by: Actor
    ) -> list[tuple[Order, OrderCancelled]]:
        """The open orders that are cancelled if the booking's events end the stay, each with its event."""
        if not any(overstays.ends_stay(booking, event) for event in events):
            return []
        ended = []
        for order in self.orders.open_of(booking):
            for event in orders.cancel(booking, order, by=SYSTEM if by.kind is ActorKind.GUEST else by, now=self.now):
                ended.append((order, event))
        return ended

    def _apply(self, booking: Booking, event: BookingEvent, *, by: Actor, remark: str = "") -> Booking:
        status = LIFECYCLE.after(booking.status, type(event))
        published = replace(event, status=status, previous_status=booking.status)
        if isinstance(published, MailedEvent):
            published = replace(published, guest_has_email=bool(booking.guest.email))
        after = evolve(booking, published, at=self.now)
        self.audit(
            hotel=booking.hotel,
            subject=booking.id,
            sequence=after.version,
            what=type(event).__name__,
            by=by,
            from_status=booking.status,
            to_status=status,
            remark=remark,
        )
        self.publish(published, sequence=after.version)
        if isinstance(event, RoomLocked):
            self.event_effects.check_room_plan(booking.hotel, now=self.now)
        return after
