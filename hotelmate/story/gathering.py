"""Everything that the services have written down about one booking."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.observability.trace import trace_id
from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from hotelmate.invariants import Parked
from hotelmate.story import ledgers, shelf
from hotelmate.story.happening import Happening

Row = Any
Told = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A booking as it stands, its payments, all that happened, and what is still to come of it, a sentence each."""

    booking: Mapping[str, Any]
    payments: Sequence[Mapping[str, Any]]
    happenings: Sequence[Happening]
    under_way: Sequence[str]


@dataclass(frozen=True)
class Shelves:
    """Open connections to the four databases, by service."""

    connections: Mapping[str, sa.Connection]

    def rows(self, service: str, statement: str, **values: Any) -> Sequence[Row]:
        """What a service's database answers."""
        return self.connections[service].execute(sa.text(statement), values).all()


def gather(connections: Mapping[str, sa.Connection], name: str, *, parked: Sequence[Parked] = ()) -> Gathered | None:
    """All about the booking with this id or confirmation number, or None. `parked` lies in the dead-letter queues."""
    shelves = Shelves(connections)
    found = shelves.rows("bookings", ledgers.BOOKING, name=name.upper())
    if not found:
        return None
    booking = dict(found[0]._mapping)
    booking_id = str(booking["id"])
    payments = [dict(row._mapping) for row in shelves.rows("payments", ledgers.PAYMENTS, booking_id=booking_id)]
    told = _told(shelves, booking_id)
    booked = shelf.changes("bookings", told["bookings"], shelves.rows("bookings", ledgers.TRAIL, subjects=[booking_id]))
    housed = shelf.changes("rooms", told["rooms"], ())
    paid = _money(shelves, [one["id"] for one in payments], payments, told["payments"])
    ids = [str(row.id) for rows in told.values() for row in rows]
    heard = [
        one
        for service in OWNERS
        for one in shelf.deliveries(service, shelves.rows(service, ledgers.DELIVERED, ids=ids))
    ]
    notices = shelf.notices(shelves.rows("notifier", ledgers.NOTICES, ids=ids))
    caused = [*booked, *housed, *paid]
    return Gathered(
        booking=booking,
        payments=payments,
        happenings=[*shelf.requests(caused), *caused, *heard, *notices],
        under_way=[
            *_pending(booking),
            *_unheard(shelves, told, parked),
            *_owed(shelves, booking_id, payments),
            *(f"{one.kind} {one.what} is not sent yet" for one in notices if one.facts["status"] == "PENDING"),
        ],
    )


def _told(shelves: Shelves, booking_id: str) -> Told:
    """The events about the booking. Of a room's, those that name it or belong to something that was done for it."""
    told = {
        "bookings": shelves.rows("bookings", ledgers.TOLD, subjects=[booking_id, f"approval/{booking_id}"]),
        "payments": shelves.rows("payments", ledgers.TOLD, subjects=[booking_id]),
    }
    traces = {trace_id(row.traceparent) for rows in told.values() for row in rows} - {""}
    rooms = [row.subject for row in shelves.rows("rooms", ledgers.ROOMS, booking_id=booking_id)]
    of_rooms = [
        row
        for row in shelves.rows("rooms", ledgers.TOLD, subjects=[f"hold/{booking_id}", *rooms])
        if row.data.get("booking_id") == booking_id or trace_id(row.traceparent) in traces
    ]
    return told | {"rooms": of_rooms}


def _money(
    shelves: Shelves, ids: Sequence[str], payments: Sequence[Mapping[str, Any]], told: Sequence[Row]
) -> list[Happening]:
    trail = shelves.rows("payments", ledgers.TRAIL, subjects=list(ids))
    changes = shelf.changes("payments", told, trail)
    noted = list(zip(trail, changes, strict=False))
    changes_at = {(row.subject, row.at): change.id for row, change in noted}

    def traces(payment_id: str, asked_at: datetime) -> str:
        """A call belongs to what is noted of its payment next."""
        later = (change for row, change in noted if row.subject == payment_id and change.at >= asked_at)
        return next((change.trace_id for change in later), "")

    about = {"payments": list(ids), "objects": [one[name] for one in payments for name in ("session_id", "intent_id")]}
    return [
        *shelf.webhooks(shelves.rows("payments", ledgers.WEBHOOKS, **about)),
        *shelf.calls(shelves.rows("payments", ledgers.CALLS, payments=list(ids)), traces),
        *changes,
        *shelf.movements(shelves.rows("payments", ledgers.LEDGER, payments=list(ids)), shelf.wall_of(told), changes_at),
    ]


def _pending(booking: Mapping[str, Any]) -> Iterator[str]:
    if booking["pending"]:
        yield f"{booking['pending']} is under way and is driven to its end after {booking['action_due_at']:%H:%M:%S}Z"


def _unheard(shelves: Shelves, told: Told, parked: Sequence[Parked]) -> Iterator[str]:
    for owner, rows in told.items():
        for row in rows:
            if row.published_at is None:
                yield f"{owner}' {shelf.name_of(row.type)}, number {row.sequence}, waits for the relay"
        subjects = sorted({row.subject for row in rows})
        for listener in (name for name, owners in SUBSCRIPTIONS.items() if owner in owners):
            stands = {
                row.subject: row.last
                for row in shelves.rows(listener, ledgers.INBOX_POSITION, source=owner, subjects=subjects)
            }
            letters = {(one.subject, one.sequence) for one in parked if (one.service, one.source) == (listener, owner)}
            for row in rows:
                if row.published_at is not None and row.sequence > stands.get(row.subject, 0):
                    lies = (row.subject, row.sequence) in letters
                    state = "is parked for" if lies else "has not reached"
                    yield f"{owner}' {shelf.name_of(row.type)}, number {row.sequence}, {state} {listener}"


def _owed(shelves: Shelves, booking_id: str, payments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    ids = [one["id"] for one in payments]
    for row in shelves.rows("payments", ledgers.OWED, booking_id=booking_id, payments=ids):
        tried = f", {row.attempts} tries: {row.last_error}" if row.last_error else ""
        if row.gave_up_at:
            yield f"payments gave up {row.kind}{tried}"
        elif row.last_error or not row.not_before:
            yield f"payments owes {row.kind}{tried}"
