"""Prints a booking's timeline, as a table or as JSON."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from chassis import codec
from contracts.operations import EntryKind, TimelineEntry
from hotelmate.console import moment, say, show_table
from hotelmate.timeline.causality import PlacedEntry, by_cause
from hotelmate.timeline.collector import BookingTimeline

_LABELS = {kind: kind.value for kind in EntryKind} | {
    EntryKind.REQUEST: "",
    EntryKind.CHANGE: "",
    EntryKind.EVENT: "",
    EntryKind.DELIVERY: "delivery:",
}
_LONG_ID = re.compile(r"\b([0-9a-f]{8}-|[a-z]+_(?:test_)?\w{10})[\w-]{9,}\b")
_OWN_PLACE = {"published_at", "settled_at", "request_id", "from", "to"}  # facts that are printed in another form


def show(timeline: BookingTimeline) -> None:
    """Print the booking, its timeline with the time since each root, and the steps that are under way."""
    booking = timeline.booking
    say(f"{booking['id']}  {booking['hotel']}  {booking['status']}, version {booking['version']}")
    say(f"{booking['check_in']} to {booking['check_out']}, room {booking['assigned_room_number'] or '-'}")
    for payment in timeline.payments:
        say(f"payment {payment['id']}  {payment['status']}  {payment['currency']} {payment['amount']}")
    say("")
    show_table(("when", "service", "what", ""), list(_rows(by_cause(timeline.entries))))
    say("")
    for sentence in timeline.under_way:
        say(f"! {sentence}")
    if not timeline.under_way:
        say("Nothing is under way.")


def _rows(places: Sequence[PlacedEntry]) -> Iterator[tuple[str, ...]]:
    applied: dict[str, list[TimelineEntry]] = {}
    for place in places:
        if _is_applied(place.entry):
            applied.setdefault(place.entry.cause, []).append(place.entry)
    printed = [place for place in places if not _is_applied(place.entry)]
    for number, place in enumerate(printed):
        entry = place.entry
        if place.depth == 0 and number:
            yield ("", "", "", "")
        when = moment(entry.at) if place.depth == 0 else f"  +{_span(entry.at - place.root.at)}"
        what = "  " * place.depth + f"{_LABELS[entry.kind]} {entry.what}".lstrip()
        yield (when, entry.service, what, _facts(entry, applied))


def _is_applied(entry: TimelineEntry) -> bool:
    """Whether the entry says that an event was applied. Such entries are printed beside their event."""
    return entry.kind is EntryKind.DELIVERY and entry.what == "applied"


def _facts(entry: TimelineEntry, applied: Mapping[str, Sequence[TimelineEntry]]) -> str:
    facts, parts = entry.facts, []
    if facts.get("to"):
        stays = facts.get("from") == facts["to"]
        parts.append(str(facts["to"]) if stays else f"{facts.get('from', 'new')} -> {facts['to']}")
    parts += [f"{name.replace('_', ' ')} {_short(value)}" for name, value in facts.items() if name not in _OWN_PLACE]
    if "settled_at" in facts:
        parts.append(f"after {_span(datetime.fromisoformat(facts['settled_at']) - entry.at)}")
    if entry.kind is EntryKind.REQUEST:
        parts.append(f"id {facts.get('request_id', '')}, trace {entry.trace_id}")
    if entry.kind in (EntryKind.CHANGE, EntryKind.EVENT) and "published_at" in facts:
        parts.append(f"published +{_span(datetime.fromisoformat(facts['published_at']) - entry.at)}")
        parts += [f"{each.service} applied +{_span(each.at - entry.at)}" for each in applied.get(entry.id, ())]
    return ", ".join(parts)


def _short(value: object) -> str:
    """The beginning of a long id; the JSON output has the whole id."""
    return _LONG_ID.sub(lambda match: f"{match[1]}…", str(value))


def _span(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 10:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 600:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min"


def as_json(timeline: BookingTimeline) -> str:
    """The timeline as JSON: each cause is followed by its effects, and `depth` counts the causes above an entry."""
    entries = [
        {
            "at": place.entry.at,
            "depth": place.depth,
            "service": place.entry.service,
            "kind": place.entry.kind,
            "what": place.entry.what,
            "id": place.entry.id,
            "cause": place.entry.cause,
            "trace_id": place.entry.trace_id,
            "facts": place.entry.facts,
        }
        for place in by_cause(timeline.entries)
    ]
    document = {
        "booking": timeline.booking,
        "payments": timeline.payments,
        "happenings": entries,
        "under_way": timeline.under_way,
    }
    return json.dumps(codec.plain(document), indent=2)
