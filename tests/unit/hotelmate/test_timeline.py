"""Entries are ordered by cause, and logs add to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.operations import EntryKind, TimelineEntry
from hotelmate.timeline.causality import by_cause
from hotelmate.timeline.log_files import log_entries, with_logged_requests

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = (
    '{"event": "request", "level": "info", "timestamp": "2026-11-21T12:00:01.000000Z", "service": "gateway", '
    '"method": "POST", "route": "/api/approve/", "status": 200, "ms": 250.0, "request_id": "r1", "trace_id": "t1"}'
)
CONSOLE = (
    "2026-11-21T12:00:01.000000Z [info     ] request                      method=POST ms=250.0 request_id=r1 "
    "route=/api/approve/ service=gateway status=200 trace_id=t1"
)


def entry(seconds: float, what: str, **over: Any) -> TimelineEntry:
    fields: dict[str, Any] = {"service": "bookings", "kind": EntryKind.CHANGE, "id": what}
    return TimelineEntry(at=NOON + timedelta(seconds=seconds), what=what, **(fields | over))


def places(*entries: TimelineEntry) -> list[tuple[int, str]]:
    return [(place.depth, place.entry.what) for place in by_cause(entries)]


def test_an_effect_is_below_its_cause_however_late() -> None:
    first, other = entry(0, "first"), entry(1, "other")
    late = entry(9, "late", cause="first")

    assert places(late, other, first) == [(0, "first"), (1, "late"), (0, "other")]


def test_an_entry_without_a_cause_is_below_its_request() -> None:
    request = entry(0, "POST", kind=EntryKind.REQUEST, id="request/r1", trace_id="t1")
    named = entry(1, "named", facts={"request_id": "r1"})
    traced = entry(2, "traced", trace_id="t1")
    other = entry(3, "other", trace_id="t2")

    assert places(request, named, traced, other) == [(0, "POST"), (1, "named"), (1, "traced"), (0, "other")]


def test_an_entry_is_below_the_last_earlier_request_of_its_trace() -> None:
    requests = [entry(at, f"r{at}", kind=EntryKind.REQUEST, id=f"request/r{at}", trace_id="t") for at in (0, 5)]

    assert places(*requests, entry(1, "a", trace_id="t"), entry(6, "b", trace_id="t")) == [
        (0, "r0"),
        (1, "a"),
        (0, "r5"),
        (1, "b"),
    ]


def test_a_circle_of_causes_loses_no_entry() -> None:
    assert sorted(what for _, what in places(entry(0, "a", cause="b"), entry(1, "b", cause="a"))) == ["a", "b"]


@pytest.mark.parametrize("line", [JSON, CONSOLE, f"gateway-1  | {JSON}", f"gateway-1  | {CONSOLE}"])
def test_a_request_has_the_route_and_status_of_its_log_line(line: str) -> None:
    known = [
        entry(0.9, "HTTP request", kind=EntryKind.REQUEST, id="request/r1", facts={"request_id": "r1"}),
        entry(0.9, "BookingApproved", trace_id="t1", facts={"request_id": "r1"}),
    ]

    requests, problems = log_entries([line, "nonsense", "{}", '{"a": '], booking_id="BK-1", entries=known)
    whole = list(with_logged_requests(known, requests))

    assert problems == []
    assert places(*whole) == [(0, "POST /api/approve/"), (1, "BookingApproved")]
    assert whole[0].at == NOON + timedelta(milliseconds=750)
    assert str(whole[0].facts["status"]) == "200"


def test_only_warnings_of_the_booking_or_of_its_traces_become_entries() -> None:
    def line(event: str, level: str, facts: str) -> str:
        return f"2026-11-21T12:00:02Z [{level:9}] {event}   service=payments {facts}"

    lines = [
        line("job_failed", "warning", "trace_id=t1 why='Later: it failed'"),
        line("action_waits", "warning", "booking_id=BK-1"),
        line("action_waits", "warning", "booking_id=BK-2"),
        line("payment_changed", "info", "booking_id=BK-1"),
    ]

    _, problems = log_entries(lines, booking_id="BK-1", entries=[entry(0, "a", trace_id="t1")])

    assert [(problem.what, problem.facts.get("why")) for problem in problems] == [
        ("job_failed", "Later: it failed"),
        ("action_waits", None),
    ]
