"""How a booking's story is told: as a table for people, as JSON for machines."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from chassis import codec
from hotelmate.screen import moment, say, show_table
from hotelmate.story.gathering import Gathered
from hotelmate.story.happening import Happening, Kind
from hotelmate.story.weaving import Line, weave

_MARKS = {kind: kind.value for kind in Kind} | {
    Kind.REQUEST: "",
    Kind.CHANGE: "",
    Kind.EVENT: "",
    Kind.DELIVERY: "heard:",
}
_LONG = re.compile(r"\b([0-9a-f]{8}-|[a-z]+_(?:test_)?\w{10})[\w-]{9,}\b")
_UNSHOWN = {"published_at", "settled_at", "request_id", "from", "to"}


def show(told: Gathered) -> None:
    """Print the booking, its timeline with the time since each root, and what is under way."""
    about = told.booking
    say(f"{about['id']}  {about['hotel']}  {about['status']}, version {about['version']}")
    say(f"{about['check_in']} to {about['check_out']}, room {about['assigned_room_number'] or '-'}")
    for payment in told.payments:
        say(f"payment {payment['id']}  {payment['status']}  {payment['amount']} {payment['currency']}")
    say("")
    show_table(("when", "service", "what", ""), list(_rows(weave(told.happenings))))
    say("")
    for line in told.under_way:
        say(f"! {line}")
    if not told.under_way:
        say("Nothing is under way.")


def _rows(lines: Sequence[Line]) -> Iterator[tuple[str, ...]]:
    heard: dict[str, list[Happening]] = {}
    for line in lines:
        if _is_plain(line.happening):
            heard.setdefault(line.happening.cause, []).append(line.happening)
    shown = [line for line in lines if not _is_plain(line.happening)]
    for number, line in enumerate(shown):
        one = line.happening
        if line.depth == 0 and number:
            yield ("", "", "", "")
        when = moment(one.at) if line.depth == 0 else f"  +{_span(one.at - line.root.at)}"
        yield (when, one.service, "  " * line.depth + f"{_MARKS[one.kind]} {one.what}".lstrip(), _facts(one, heard))


def _is_plain(one: Happening) -> bool:
    """An event was applied: that is told with the event."""
    return one.kind is Kind.DELIVERY and one.what == "applied"


def _facts(one: Happening, heard: Mapping[str, Sequence[Happening]]) -> str:
    facts, said = one.facts, []
    if facts.get("to"):
        stays = facts.get("from") == facts["to"]
        said.append(str(facts["to"]) if stays else f"{facts.get('from', 'new')} -> {facts['to']}")
    said += [f"{name.replace('_', ' ')} {_short(value)}" for name, value in facts.items() if name not in _UNSHOWN]
    if "settled_at" in facts:
        said.append(f"after {_span(facts['settled_at'] - one.at)}")
    if one.kind is Kind.REQUEST:
        said.append(f"id {facts.get('request_id', '')}, trace {one.trace_id}")
    if one.kind in (Kind.CHANGE, Kind.EVENT) and "published_at" in facts:
        said.append(f"told +{_span(facts['published_at'] - one.at)}")
        said += [f"{each.service} heard +{_span(each.at - one.at)}" for each in heard.get(one.id, ())]
    return ", ".join(said)


def _short(value: object) -> str:
    """Accounts and what is the provider's have long ids; JSON has them whole."""
    return _LONG.sub(lambda found: f"{found[1]}…", str(value))


def _span(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 10:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 600:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min"


def as_json(told: Gathered) -> str:
    """The same for machines: every happening in its place, with its depth."""
    happenings = [
        {
            "at": line.happening.at,
            "depth": line.depth,
            "service": line.happening.service,
            "kind": line.happening.kind,
            "what": line.happening.what,
            "id": line.happening.id,
            "cause": line.happening.cause,
            "trace_id": line.happening.trace_id,
            "facts": line.happening.facts,
        }
        for line in weave(told.happenings)
    ]
    whole = {
        "booking": told.booking,
        "payments": told.payments,
        "happenings": happenings,
        "under_way": told.under_way,
    }
    return json.dumps(codec.plain(whole), indent=2)
