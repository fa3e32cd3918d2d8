"""What the processes' own logs add: the HTTP requests in full, and what went wrong on the way."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hotelmate.story.happening import Happening, Kind

_CONSOLE = re.compile(r"(?P<timestamp>\S+Z) \[(?P<level>\w+)\s*\] (?P<event>\S+)\s+(?P<facts>.*)")
_FACT = re.compile(r"(\w+)=('[^']*'|\"[^\"]*\"|\S+)")
_LOUD = {"warning", "error", "critical"}
_ASIDE = {"timestamp", "level", "event", "service", "trace_id", "exception"}


def noted_requests(
    lines: Iterable[str], *, booking_id: str, happenings: Collection[Happening]
) -> tuple[list[Happening], list[Happening]]:
    """The HTTP requests behind what happened, and the warnings and errors of the same traces or about the booking."""
    traces = {one.trace_id for one in happenings if one.trace_id}
    names = {one.facts["request_id"] for one in happenings if one.facts.get("request_id")}
    asked, said = [], []
    for entry in filter(None, map(read_entry, lines)):
        ours = entry.get("trace_id") in traces
        if entry["event"] == "request" and (ours or entry.get("request_id") in names):
            asked.append(_request(entry))
        elif entry["level"] in _LOUD and (ours or entry.get("booking_id") == booking_id):
            said.append(_said(entry))
    return asked, said


def in_full(happenings: Collection[Happening], asked: Collection[Happening]) -> Iterator[Happening]:
    """The happenings, with each request as the gateway has logged it where it has."""
    yield from asked
    logged = {one.id for one in asked}
    yield from (one for one in happenings if one.id not in logged or one.kind is not Kind.REQUEST)


def read_entry(line: str) -> Mapping[str, Any] | None:
    """A line of a log, in either format; None where it is none, or begins with what a log collector put there."""
    start = line.find("{")
    if start >= 0:
        try:
            entry = json.loads(line[start:])
        except ValueError:
            entry = None
        if isinstance(entry, dict) and {"event", "level", "timestamp"} <= entry.keys():
            return entry
    match = _CONSOLE.search(line)
    if match is None:
        return None
    facts = {name: value.strip("'\"") for name, value in _FACT.findall(match["facts"])}
    return facts | {name: match[name] for name in ("timestamp", "level", "event")}


def _request(entry: Mapping[str, Any]) -> Happening:
    facts = {name: entry[name] for name in ("request_id", "status", "ms") if name in entry}
    ended = _moment(entry)
    return Happening(
        at=ended - timedelta(milliseconds=float(entry.get("ms", 0))),
        service="gateway",
        kind=Kind.REQUEST,
        what=f"{entry.get('method', '')} {entry.get('route', '')}".strip(),
        id=f"request/{entry.get('request_id', '')}",
        trace_id=str(entry.get("trace_id", "")),
        facts=facts,
    )


def _said(entry: Mapping[str, Any]) -> Happening:
    return Happening(
        at=_moment(entry),
        service=str(entry.get("service", "")),
        kind=Kind.LOG,
        what=str(entry["event"]),
        trace_id=str(entry.get("trace_id", "")),
        facts={"level": entry["level"]} | {name: value for name, value in entry.items() if name not in _ASIDE},
    )


def _moment(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(entry["timestamp"])).astimezone(UTC)
