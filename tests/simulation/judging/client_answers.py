"""I14 and I15: the databases hold at rest what clients were answered; each key and each request has one effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.asks import CreateBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.bookings.walk_ins import AddWalkIn
from contracts.message import Query
from tests.simulation.actors.client import TRANSIENT_REFUSALS
from tests.simulation.judging.answered_objects import AnsweredObjects
from tests.simulation.judging.judged_world import Breach, JudgedWorld

KEY_LIFETIME = timedelta(hours=24)
CREATING_COMMANDS = (CreateBooking, AddWalkIn)
STATUSES_WITH_ROOM = (BookingStatus.CONFIRMED, BookingStatus.IN_HOUSE)
SECRET_FIELDS = ("guest_token",)

_STATUSES = "SELECT subject, sequence, to_status FROM audit WHERE subject = ANY(%(ids)s)"
_ROOMS = """
    SELECT subject, sequence, CASE kind WHEN 'RoomUnassigned' THEN NULL ELSE data ->> 'room_number' END AS room
    FROM outbox, split_part(type, '.', 2) AS kind
    WHERE subject = ANY(%(ids)s) AND kind IN ('RoomAssigned', 'RoomMoved', 'RoomUnassigned', 'StayChanged')
    ORDER BY sequence
"""


class AnsweredBooking(NamedTuple):
    """A booking in an answer to a client."""

    booking_id: str
    version: int
    status: str
    room: str | None


class ClientAnswers:
    """The answers that clients received."""

    def __init__(self) -> None:
        self.bookings: set[AnsweredBooking] = set()
        self.created: set[str] = set()
        self.objects = AnsweredObjects()
        self._replies: dict[tuple[str, str], tuple[Any, datetime]] = {}
        self._in_doubt: dict[tuple[str, str], datetime] = {}  # since when
        self._doubtful_without_key = 0

    def remember(self, message: Any, key: str, outcome: Any, now: datetime) -> Iterator[Breach]:
        """Remember an answer. Yields a breach where it contradicts an earlier answer to the same request."""
        scope = (type(message).__name__, key)
        if isinstance(message, CREATING_COMMANDS):
            self._count_doubt(scope, outcome, now)
        if not isinstance(message, Query):
            self.objects.remember(message, outcome)
        if isinstance(outcome, BaseException):
            return
        if key:
            yield from self._repeated(scope, outcome, now)
        if isinstance(outcome, CreatedBooking):
            self.created.add(outcome.booking.booking_id)
        detail = outcome.booking if isinstance(outcome, CreatedBooking) else outcome
        if isinstance(detail, BookingDetail):
            room = detail.assigned_room_number
            self.bookings.add(AnsweredBooking(detail.booking_id, detail.version, detail.status, room))

    def breaches(self, world: JudgedWorld) -> Iterator[Breach]:
        """The answers that the databases contradict, at rest."""
        yield from self._bookings(world)
        yield from self._rooms(world)
        yield from self._creations(world)
        yield from self.objects.missing(world)

    # answers

    def _count_doubt(self, scope: tuple[str, str], outcome: Any, now: datetime) -> None:
        """Count the creations whose outcome their client does not know.

        A repetition after a refusal may create the booking; one after an answer does not. An answer that comes after
        the key has expired says nothing of the request before.
        """
        known = not isinstance(outcome, BaseException) or is_refused(outcome)
        if not scope[1]:
            self._doubtful_without_key += not known
        elif not known and scope not in self._replies:
            self._in_doubt.setdefault(scope, now)
        elif known and now - self._in_doubt.get(scope, now) < KEY_LIFETIME:
            self._in_doubt.pop(scope, None)

    def _repeated(self, scope: tuple[str, str], outcome: Any, now: datetime) -> Iterator[Breach]:
        plain = _without_secrets(codec.plain(outcome))
        first = self._replies.setdefault(scope, (plain, now))
        if first[0] != plain and now - first[1] < KEY_LIFETIME:
            difference = _difference(first[0], plain)
            yield Breach("I15", f"{scope[0]} with the key {scope[1]} is answered in two ways: {difference}")

    def _booking_ids(self) -> list[str]:
        return sorted({answer.booking_id for answer in self.bookings})

    def _in_order(self) -> list[AnsweredBooking]:
        """The answers; one version may have been answered with and without a room."""
        return sorted(self.bookings, key=lambda answer: (*answer[:3], answer.room or ""))

    # at rest

    def _bookings(self, world: JudgedWorld) -> Iterator[Breach]:
        rows = world.sql("bookings", _STATUSES, ids=self._booking_ids())
        statuses = {(row["subject"], row["sequence"]): row["to_status"] for row in rows}
        for answer in self._in_order():
            status = statuses.get((answer.booking_id, answer.version))
            if status != answer.status:
                there = "is not there" if status is None else f"is {status}"
                what = f"{answer.booking_id} was answered as {answer.status} at version {answer.version}"
                yield Breach("I14", f"{what}; that version {there}")

    def _rooms(self, world: JudgedWorld) -> Iterator[Breach]:
        assigned: dict[str, list[tuple[int, str | None]]] = {}
        for row in world.sql("bookings", _ROOMS, ids=self._booking_ids()):
            assigned.setdefault(row["subject"], []).append((row["sequence"], row["room"]))
        for answer in self._in_order():
            rooms = [room for sequence, room in assigned.get(answer.booking_id, ()) if sequence <= answer.version]
            room = rooms[-1] if rooms else None
            if answer.status in STATUSES_WITH_ROOM and room != answer.room:
                what = f"{answer.booking_id} was answered with the room {answer.room} at version {answer.version}"
                yield Breach("I14", f"{what}; it had {room}")

    def _creations(self, world: JudgedWorld) -> Iterator[Breach]:
        stored = {row["id"] for row in world.sql("bookings", "SELECT id FROM booking")}
        unknown = len(stored - self.created)
        most = len(self._in_doubt) + self._doubtful_without_key
        if unknown > most:
            yield Breach("I15", f"{unknown} bookings were answered to nobody, and {most} creations are in doubt")


def is_refused(outcome: Any) -> bool:
    """Whether a request is refused for good, so that it has no effect."""
    return isinstance(outcome, Refusal) and outcome.code not in TRANSIENT_REFUSALS


def _without_secrets(plain: Any) -> Any:
    """The reply without the guest's token, which is another one after a revocation."""
    if not isinstance(plain, dict):
        return plain
    return {name: value for name, value in plain.items() if name not in SECRET_FIELDS}


def _difference(one: Any, other: Any) -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
        return ", ".join(f"{name} {one.get(name)!r:.80} and {other.get(name)!r:.80}" for name in names)
    return f"{one!r:.100} and {other!r:.100}"
