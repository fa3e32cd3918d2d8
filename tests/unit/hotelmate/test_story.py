"""How happenings are woven into one timeline, and what logs add to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotelmate.story import Happening, Kind, in_full, noted_requests, weave

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = (
    '{"event": "request", "level": "info", "timestamp": "2026-11-21T12:00:01.000000Z", "service": "gateway", '
    '"method": "POST", "route": "/api/approve/", "status": 200, "ms": 250.0, "request_id": "r1", "trace_id": "t1"}'
)
CONSOLE = (
    "2026-11-21T12:00:01.000000Z [info     ] request                      method=POST ms=250.0 request_id=r1 "
    "route=/api/approve/ service=gateway status=200 trace_id=t1"
)


def happening(seconds: float, what: str, **over: Any) -> Happening:
    fields: dict[str, Any] = {"service": "bookings", "kind": Kind.CHANGE, "id": what}
    return Happening(at=NOON + timedelta(seconds=seconds), what=what, **(fields | over))


def woven(*happenings: Happening) -> list[tuple[int, str]]:
    return [(line.depth, line.happening.what) for line in weave(happenings)]


def test_what_came_of_something_stands_below_it_however_late() -> None:
    first, other = happening(0, "first"), happening(1, "other")
    late = happening(9, "late", cause="first")

    assert woven(late, other, first) == [(0, "first"), (1, "late"), (0, "other")]


def test_what_names_no_cause_stands_below_its_request() -> None:
    request = happening(0, "POST", kind=Kind.REQUEST, id="request/r1", trace_id="t1")
    named = happening(1, "named", facts={"request_id": "r1"})
    traced = happening(2, "traced", trace_id="t1")
    other = happening(3, "other", trace_id="t2")

    assert woven(request, named, traced, other) == [(0, "POST"), (1, "named"), (1, "traced"), (0, "other")]


def test_of_two_requests_in_one_trace_the_last_one_before_it_led_to_it() -> None:
    requests = [happening(at, f"r{at}", kind=Kind.REQUEST, id=f"request/r{at}", trace_id="t") for at in (0, 5)]

    assert woven(*requests, happening(1, "a", trace_id="t"), happening(6, "b", trace_id="t")) == [
        (0, "r0"),
        (1, "a"),
        (0, "r5"),
        (1, "b"),
    ]


def test_causes_in_a_circle_lose_nothing() -> None:
    assert sorted(what for _, what in woven(happening(0, "a", cause="b"), happening(1, "b", cause="a"))) == ["a", "b"]


@pytest.mark.parametrize("line", [JSON, CONSOLE, f"gateway-1  | {JSON}", f"gateway-1  | {CONSOLE}"])
def test_a_request_is_told_as_the_gateway_logged_it(line: str) -> None:
    known = [
        happening(0.9, "HTTP request", kind=Kind.REQUEST, id="request/r1", facts={"request_id": "r1"}),
        happening(0.9, "BookingApproved", trace_id="t1", facts={"request_id": "r1"}),
    ]

    asked, said = noted_requests([line, "nonsense", "{}", '{"a": '], booking_id="BK-1", happenings=known)
    whole = list(in_full(known, asked))

    assert said == []
    assert woven(*whole) == [(0, "POST /api/approve/"), (1, "BookingApproved")]
    assert whole[0].at == NOON + timedelta(milliseconds=750)
    assert str(whole[0].facts["status"]) == "200"


def test_warnings_about_the_booking_or_in_its_traces_are_told_and_others_are_not() -> None:
    def line(event: str, level: str, facts: str) -> str:
        return f"2026-11-21T12:00:02Z [{level:9}] {event}   service=payments {facts}"

    lines = [
        line("job_failed", "warning", "trace_id=t1 why='Later: it failed'"),
        line("action_waits", "warning", "booking_id=BK-1"),
        line("action_waits", "warning", "booking_id=BK-2"),
        line("payment_changed", "info", "booking_id=BK-1"),
    ]

    _, said = noted_requests(lines, booking_id="BK-1", happenings=[happening(0, "a", trace_id="t1")])

    assert [(one.what, one.facts.get("why")) for one in said] == [
        ("job_failed", "Later: it failed"),
        ("action_waits", None),
    ]
