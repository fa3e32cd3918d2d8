"""What one transaction of bookings may touch: its ports, and the one way to record what has happened."""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from chassis.transactions.work import Work
from contracts.bookings import BookingEvent, OrderCancelled
from contracts.values import SYSTEM, Actor, ActorKind
from services.bookings.domain import orders, overstays
from services.bookings.domain.booking import Booking
from services.bookings.domain.evolution import evolve
from services.bookings.domain.naming import Choose
from services.bookings.lifecycle import CALLED_OFF, LIFECYCLE
from services.bookings.settings import BookingsSettings
from services.bookings.store.bookings import Bookings
from services.bookings.store.chats import Chats
from services.bookings.store.codes import Codes
from services.bookings.store.communications import CommunicationLog
from services.bookings.store.ghosts import Ghosts
from services.bookings.store.history import History
from services.bookings.store.holds import Holds
from services.bookings.store.lookups import Lookups
from services.bookings.store.orders import RoomOrders


@dataclass(frozen=True)
class BookingsDependencies:
    """What handlers use beyond the database: the key of guest tokens, chance, and whether text messages can be sent."""

    guest_token_key: str
    sms: bool = False
    choose: Choose = random.SystemRandom().choice
    draw: Any = secrets.randbelow


def dependencies(settings: BookingsSettings) -> BookingsDependencies:
    """The tools of a running service."""
    return BookingsDependencies(guest_token_key=settings.guest_token_key, sms=settings.sms)


class BookingsWork(Work):
    """A transaction on the bookings database."""

    dependencies: BookingsDependencies

    @cached_property
    def bookings(self) -> Bookings:
        """Bookings with their guests."""
        return Bookings(self.connection)

    @cached_property
    def holds(self) -> Holds:
        """What rooms says is held."""
        return Holds(self.connection)

    @cached_property
    def codes(self) -> Codes:
        """One-time codes in mails."""
        return Codes(self.connection)

    @cached_property
    def chats(self) -> Chats:
        """What guests and staff write to each other."""
        return Chats(self.connection)

    @cached_property
    def communications(self) -> CommunicationLog:
        """What was written to guests or noted about them."""
        return CommunicationLog(self.connection)

    @cached_property
    def orders(self) -> RoomOrders:
        """Room service."""
        return RoomOrders(self.connection)

    @cached_property
    def lookups(self) -> Lookups:
        """Who asked for their bookings by e-mail."""
        return Lookups(self.connection)

    @cached_property
    def ghosts(self) -> Ghosts:
        """Where rooms and we do not agree."""
        return Ghosts(self.connection)

    @cached_property
    def history(self) -> History:
        """Feed and timeline."""
        return History(self.connection)

    def record(
        self, booking: Booking, events: Sequence[BookingEvent], *, by: Actor, why: str = "", **private: Any
    ) -> Booking:
        """Let the events happen: state, trail and publication together. Refused `ILLEGAL_TRANSITION`.

        `private` is what the booking keeps of it that no event may carry. Without events nothing happens at all.
        """
        if not events:
            return booking
        after = booking
        for event in (*overstays.ended_by(booking, events, now=self.now), *self._orders_ended_by(booking, events, by)):
            after = self._happened(after, event, by=by, why="")
        for event in events:
            after = self._happened(after, event, by=by, why=why)
        after = replace(after, **private)
        if booking.version:
            self.bookings.save(booking, after)
        else:
            self.bookings.add(after)
        if after.status in CALLED_OFF and booking.status not in CALLED_OFF:
            self.holds.look_again(after.id)
        return after

    def _orders_ended_by(self, booking: Booking, events: Sequence[BookingEvent], by: Actor) -> list[OrderCancelled]:
        """The end of what is still to be served, where these events take the guest out of the house."""
        if not any(overstays.leaves(booking, event) for event in events):
            return []
        ended = []
        for order in self.orders.open_of(booking.id):
            for fact in orders.cancel(booking, order, by=SYSTEM if by.kind is ActorKind.GUEST else by, now=self.now):
                self.orders.save(orders.after(order, fact))
                ended.append(fact)
        return ended

    def _happened(self, booking: Booking, event: BookingEvent, *, by: Actor, why: str) -> Booking:
        status = LIFECYCLE.after(booking.status, type(event))
        fact = replace(event, status=status, previous_status=booking.status)
        after = evolve(booking, fact, at=self.now)
        self.audit(
            subject=booking.id,
            sequence=after.version,
            what=type(event).__name__,
            by=by,
            from_status=booking.status,
            to_status=status,
            why=why,
        )
        self.publish(fact, sequence=after.version)
        return after

    def note(self, booking: Booking, **private: Any) -> Booking:
        """Keep something about the booking that is no fact of its life: no version, no event."""
        after = replace(booking, **private)
        self.bookings.save(booking, after)
        return after
