"""Reads timeline entries from the processes' logs: HTTP requests with route and status, warnings and errors."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.operations import EntryKind, TimelineEntry

_CONSOLE = re.compile(r"(?P<timestamp>\S+Z) \[(?P<level>\w+)\s*\] (?P<event>\S+)\s+(?P<facts>.*)")
_FIELD = re.compile(r"(\w+)=('[^']*'|\"[^\"]*\"|\S+)")
_PROBLEMS = {"warning", "error", "critical"}
_NOT_FACTS = {"timestamp", "level", "event", "service", "trace_id", "exception"}


def log_entries(
    lines: Iterable[str], *, booking_id: str, entries: Collection[TimelineEntry]
) -> tuple[list[TimelineEntry], list[TimelineEntry]]:
    """Two lists of timeline entries from the log lines: the requests that caused `entries`, and warnings and errors.

    A warning or error is listed if its line has the trace id of one of `entries`, or the booking's id.
    """
    traces = {entry.trace_id for entry in entries if entry.trace_id}
    request_ids = {entry.facts["request_id"] for entry in entries if entry.facts.get("request_id")}
    requests, problems = [], []
    for fields in filter(None, map(read_log_line, lines)):
        ours = fields.get("trace_id") in traces
        if fields["event"] == "request" and (ours or fields.get("request_id") in request_ids):
            requests.append(_request(fields))
        elif fields["level"] in _PROBLEMS and (ours or fields.get("booking_id") == booking_id):
            problems.append(_problem(fields))
    return requests, problems


def with_logged_requests(
    entries: Collection[TimelineEntry], requests: Collection[TimelineEntry]
) -> Iterator[TimelineEntry]:
    """Yields `requests`, then `entries`. A request that occurs in both is yielded only once, from `requests`."""
    yield from requests
    logged = {request.id for request in requests}
    yield from (entry for entry in entries if entry.id not in logged or entry.kind is not EntryKind.REQUEST)


def read_log_line(line: str) -> Mapping[str, Any] | None:
    """The fields of a log line in JSON or console format, ignoring text before them. None for a line without fields."""
    start = line.find("{")
    if start >= 0:
        try:
            fields = json.loads(line[start:])
        except ValueError:
            fields = None
        if isinstance(fields, dict) and {"event", "level", "timestamp"} <= fields.keys():
            return fields
    match = _CONSOLE.search(line)
    if match is None:
        return None
    fields = {name: value.strip("'\"") for name, value in _FIELD.findall(match["facts"])}
    return fields | {name: match[name] for name in ("timestamp", "level", "event")}


def _request(fields: Mapping[str, Any]) -> TimelineEntry:
    facts = {name: fields[name] for name in ("request_id", "status", "ms") if name in fields}
    ended = _moment(fields)
    return TimelineEntry(
        at=ended - timedelta(milliseconds=float(fields.get("ms", 0))),
        service="gateway",
        kind=EntryKind.REQUEST,
        what=f"{fields.get('method', '')} {fields.get('route', '')}".strip(),
        id=f"request/{fields.get('request_id', '')}",
        trace_id=str(fields.get("trace_id", "")),
        facts=facts,
    )


def _problem(fields: Mapping[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        at=_moment(fields),
        service=str(fields.get("service", "")),
        kind=EntryKind.LOG,
        what=str(fields["event"]),
        trace_id=str(fields.get("trace_id", "")),
        facts={"level": fields["level"]} | {name: value for name, value in fields.items() if name not in _NOT_FACTS},
    )


def _moment(fields: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(fields["timestamp"])).astimezone(UTC)
