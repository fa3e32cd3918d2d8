"""Collects all services' timeline entries about one booking."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import OWNERS, SUBSCRIPTIONS
from contracts.operations import (
    EntryKind,
    EventReference,
    EventsExplained,
    ExplainBooking,
    ExplainEvents,
    TimelineEntry,
)
from hotelmate.event_format import event_name
from hotelmate.invariants.context import AskService, ParkedMessage


@dataclass(frozen=True, kw_only=True)
class BookingTimeline:
    """A booking's row, payments and unordered entries, and a sentence for each step that is still under way."""

    booking: Mapping[str, Any]
    payments: Sequence[Mapping[str, Any]]
    entries: Sequence[TimelineEntry]
    under_way: Sequence[str]


def collect(ask: AskService, name: str, *, parked: Sequence[ParkedMessage] = ()) -> BookingTimeline | None:
    """The timeline of the booking with this id or confirmation number, or None where no such booking exists."""
    from_bookings = ask("bookings", ExplainBooking(booking=name))
    if from_bookings.booking is None:
        return None
    booking_id, hotel = str(from_bookings.booking["id"]), str(from_bookings.booking["hotel"])
    from_payments = ask("payments", ExplainBooking(hotel=hotel, booking=booking_id))
    traces = {event.trace_id for event in (*from_bookings.events, *from_payments.events)} - {""}
    from_rooms = ask("rooms", ExplainBooking(hotel=hotel, booking=booking_id, traces=tuple(sorted(traces))))
    events = [*from_bookings.events, *from_payments.events, *from_rooms.events]
    query = ExplainEvents(
        ids=tuple(event.id for event in events), subjects=tuple(sorted({event.subject for event in events}))
    )
    explained = {service: ask(service, query) for service in OWNERS}
    changes = [*from_bookings.entries, *from_rooms.entries, *from_payments.entries]
    effects = [entry for each in explained.values() for entry in each.entries]
    return BookingTimeline(
        booking=from_bookings.booking,
        payments=from_payments.payments,
        entries=[*http_requests(changes), *changes, *effects],
        under_way=[
            *from_bookings.under_way,
            *undelivered(events, explained, parked),
            *from_payments.under_way,
            *(f"{each.kind} {each.what} is not sent yet" for each in effects if each.facts.get("status") == "PENDING"),
        ],
    )


def http_requests(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """The HTTP requests that caused events, one for each correlation id, at the time of the request's first event."""
    first: dict[str, TimelineEntry] = {}
    for entry in sorted(entries, key=lambda each: each.at):
        if entry.facts.get("request_id"):
            first.setdefault(entry.facts["request_id"], entry)
    return [
        TimelineEntry(
            at=entry.at,
            service="gateway",
            kind=EntryKind.REQUEST,
            what="HTTP request",
            id=f"request/{request_id}",
            trace_id=entry.trace_id,
            facts={"request_id": request_id},
        )
        for request_id, entry in first.items()
    ]


def undelivered(
    events: Sequence[EventReference], explained: Mapping[str, EventsExplained], parked: Sequence[ParkedMessage]
) -> Iterator[str]:
    """A sentence for each unpublished event, and for each subscriber that has not applied a published event."""
    for owner in dict.fromkeys(event.source for event in events):
        own = [event for event in events if event.source == owner]
        for event in own:
            if not event.published:
                yield f"{_text(event)}, waits for the relay"
        for subscriber in (name for name, owners in SUBSCRIPTIONS.items() if owner in owners):
            positions = {each.subject: each.last for each in explained[subscriber].positions if each.source == owner}
            letters = {(each.service, each.source, each.subject, each.sequence) for each in parked}
            for event in own:
                if event.published and event.sequence > positions.get(event.subject, 0):
                    is_parked = (subscriber, owner, event.subject, event.sequence) in letters
                    yield f"{_text(event)}, {'is parked for' if is_parked else 'has not reached'} {subscriber}"


def _text(event: EventReference) -> str:
    return f"{event.source}' {event_name(event.type)}, number {event.sequence}"
