"""Rows of the services' tables as happenings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.observability.trace import trace_id
from hotelmate.story.happening import Happening, Kind

Row = Any
Wall = Callable[[datetime], datetime]

_TOLD = ("room_number", "old_status", "new_status", "source")


def wall_of(told: Sequence[Row]) -> Wall:
    """How a service's own time becomes the wall's: in a demonstration it runs ahead, by what its events show."""

    def wall(at: datetime) -> datetime:
        nearest = min(told, key=lambda row: abs(row.time - at), default=None)
        return at if nearest is None else at - (nearest.time - nearest.recorded_at)

    return wall


def changes(service: str, told: Sequence[Row], trail: Sequence[Row]) -> list[Happening]:
    """Each noted change with the event that told of it; then events of which no change was noted."""
    wall = wall_of(told)
    waiting: dict[tuple[str, datetime], list[Row]] = {}
    for event in told:
        waiting.setdefault((name_of(event.type), event.time), []).append(event)
    found = []
    for row in trail:
        same = waiting.get((row.what, row.at))
        found.append(_change(service, row, same.pop(0) if same else None, wall))
    return found + [_event(service, row) for rows in waiting.values() for row in rows]


def _change(service: str, row: Row, event: Row | None, wall: Wall) -> Happening:
    facts = {"number": row.sequence, "from": row.from_status, "to": row.to_status, "by": who(row.by)}
    # What payments gives as a reason it wrote itself, and the notice that it followed from is its last word.
    reason = row.why if service == "payments" else ""
    return Happening(
        at=event.recorded_at if event is not None else wall(row.at),
        service=service,
        kind=Kind.CHANGE,
        what=row.what,
        id=str(event.id) if event is not None else f"{service}/{row.subject}/{row.sequence}",
        cause=(event.causation_id if event is not None else "") or reason.rpartition(" ")[2],
        trace_id=row.trace_id,
        facts=_without_gaps(facts | {"because": reason}) | _told(event),
    )


def _event(service: str, row: Row) -> Happening:
    by = {"by": who(row.data["by"])} if isinstance(row.data.get("by"), dict) else {}
    return Happening(
        at=row.recorded_at,
        service=service,
        kind=Kind.EVENT,
        what=name_of(row.type),
        id=str(row.id),
        cause=row.causation_id,
        trace_id=trace_id(row.traceparent),
        facts=_without_gaps({name: row.data.get(name) for name in _TOLD}) | by | _told(row),
    )


def _told(event: Row | None) -> dict[str, Any]:
    if event is None:
        return {}
    return _without_gaps({"published_at": event.published_at, "request_id": event.correlation_id})


def deliveries(service: str, rows: Iterable[Row]) -> list[Happening]:
    """What a listener has done with events."""
    return [
        Happening(at=row.applied_at, service=service, kind=Kind.DELIVERY, what=row.outcome, cause=row.event_id)
        for row in rows
    ]


def notices(rows: Iterable[Row]) -> list[Happening]:
    """Pushes, mails and text messages, with what became of each."""
    return [
        Happening(
            at=row.applied_at or row.created_at,
            service="notifier",
            kind=Kind(row.medium),
            what=row.occasion,
            id=row.id,
            cause=row.event_id,
            trace_id=trace_id(row.traceparent or ""),
            facts=_without_gaps(
                {
                    "status": row.status,
                    "settled_at": row.told_at or row.settled_at,
                    "reason": row.reason,
                    "tries": row.attempts,
                    "last_error": row.last_error,
                }
            ),
        )
        for row in rows
    ]


def webhooks(rows: Iterable[Row]) -> list[Happening]:
    """The provider's notices."""
    return [
        Happening(
            at=row.received_at,
            service="payments",
            kind=Kind.WEBHOOK,
            what=row.type,
            id=row.event_id,
            trace_id=trace_id(row.traceparent or ""),
            facts=_without_gaps(
                {"outcome": row.outcome, "settled_at": row.settled_at, "object": row.object_id, "reason": row.reason}
            ),
        )
        for row in rows
    ]


def calls(rows: Iterable[Row], traces: Callable[[str, datetime], str]) -> list[Happening]:
    """Calls that change something at the provider; `traces` says to which trace a payment's call belongs."""
    return [
        Happening(
            at=row.asked_at,
            service="payments",
            kind=Kind.CALL,
            what=row.action,
            id=f"{row.payment_id}:{row.action}:{row.attempt}",
            trace_id=traces(row.payment_id, row.asked_at),
            facts=_without_gaps(
                {"state": row.state, "code": row.code, "object": row.object_id, "settled_at": row.answered_at}
            ),
        )
        for row in rows
    ]


def movements(rows: Iterable[Row], wall: Wall, changes_at: Mapping[tuple[str, datetime], str]) -> list[Happening]:
    """Money that moved, by the change with which it was booked."""
    return [
        Happening(
            at=wall(row.at),
            service="payments",
            kind=Kind.MONEY,
            what=row.kind,
            id=f"ledger/{row.position}",
            cause=changes_at.get((row.payment_id, row.at), ""),
            facts={"amount": row.amount, "currency": row.currency, "object": row.provider_id},
        )
        for row in rows
    ]


def requests(happenings: Iterable[Happening]) -> list[Happening]:
    """The HTTP requests that events remember by correlation id, each from the first thing that came of it."""
    first: dict[str, Happening] = {}
    for one in sorted(happenings, key=lambda each: each.at):
        if one.facts.get("request_id"):
            first.setdefault(one.facts["request_id"], one)
    return [
        Happening(
            at=one.at,
            service="gateway",
            kind=Kind.REQUEST,
            what="HTTP request",
            id=f"request/{name}",
            trace_id=one.trace_id,
            facts={"request_id": name},
        )
        for name, one in first.items()
    ]


def who(actor: Mapping[str, Any]) -> str:
    """Who did it, without a name: `guest`, `staff 7`, `system`."""
    return " ".join(str(actor[part]) for part in ("kind", "id") if actor.get(part))


def name_of(wire_name: str) -> str:
    """`BookingHeld` of `bookings.BookingHeld.v1`."""
    return wire_name.split(".")[1]


def _without_gaps(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in (None, "")}
