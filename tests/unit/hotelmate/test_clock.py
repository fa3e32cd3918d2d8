"""Moving a demonstration's time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from contracts.operations import AdvanceClock, Health
from hotelmate import clock
from hotelmate.errors import REFUSED, UNREACHABLE, CommandError

START = datetime(2030, 5, 1, 12, tzinfo=UTC)


@dataclass
class Services:
    """Answers as the services' clocks would; `trouble` says who would not be moved, and how."""

    trouble: dict[str, Exception] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    ahead: dict[str, float] = field(default_factory=lambda: dict.fromkeys(OWNERS, 0.0))

    def __call__(self, message: Any, *, service: str) -> Health:
        if service in self.silent:
            raise Unavailable(f"{service} did not answer")
        if isinstance(message, AdvanceClock):
            if service in self.trouble:
                raise self.trouble[service]
            self.ahead[service] += message.seconds
        return Health(service=service, ready=True, now=START + timedelta(seconds=self.ahead[service]))


@dataclass
class StandIn:
    """The Stripe stand-in's clock, in whole seconds."""

    ahead: int = 0

    def request(self, method: str, url: str, *, json: dict[str, int] | None = None, **_: object) -> httpx.Response:
        assert url.startswith("http://stripe/_control/clock")
        self.ahead += (json or {}).get("seconds", 0)
        now = int((START + timedelta(seconds=self.ahead)).timestamp())
        return httpx.Response(200, json={"now": now}, request=httpx.Request(method, url))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn()
    monkeypatch.setattr(httpx, "request", made.request)
    return made


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("20m", 1200), ("3h", 10_800), ("2d", 172_800), ("1h30m", 5400)]
)
def test_a_span_is_read(text: str, seconds: int) -> None:
    assert clock.parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "3", "h", "-3h", "3 h", "3w", "1.5h", "3h!"])
def test_a_text_that_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="is not a span"):
        clock.parse_span(text)


def test_every_clock_is_moved_and_read(stand_in: StandIn) -> None:
    services: Any = Services()

    readings = clock.advance(services, "http://stripe", seconds=60)

    assert [reading.clock for reading in readings] == [*OWNERS, clock.STRIPE]
    assert {reading.now for reading in readings} == {START + timedelta(seconds=60)}
    assert stand_in.ahead == 60


def test_no_clock_moves_while_a_service_is_silent(stand_in: StandIn) -> None:
    services: Any = Services(silent={OWNERS[-1]})

    with pytest.raises(Unavailable):
        clock.advance(services, "http://stripe", seconds=60)

    assert set(services.ahead.values()) == {0.0}
    assert stand_in.ahead == 0


def test_outside_a_demo_the_first_service_refuses_and_no_clock_has_moved(stand_in: StandIn) -> None:
    services: Any = Services(trouble={OWNERS[0]: Refusal("DEMO_ONLY", "the clock moves in demo mode only")})

    with pytest.raises(CommandError, match="No clock was moved") as trouble:
        clock.advance(services, "http://stripe", seconds=60)

    assert trouble.value.code == REFUSED
    assert stand_in.ahead == 0


def test_clocks_that_stand_apart_are_reported(stand_in: StandIn) -> None:
    services: Any = Services(trouble={OWNERS[2]: Unavailable("gone")})

    with pytest.raises(CommandError, match=f"{OWNERS[0]}, {OWNERS[1]} moved, {OWNERS[2]} did not") as trouble:
        clock.advance(services, "http://stripe", seconds=60)

    assert trouble.value.code == UNREACHABLE


def test_a_clock_that_stayed_behind_is_brought_up(stand_in: StandIn) -> None:
    services: Any = Services(ahead=dict.fromkeys(OWNERS, 900.0))

    clock.advance(services, "http://stripe", seconds=0)

    assert stand_in.ahead == 900
    assert set(services.ahead.values()) == {900.0}


def test_the_command_can_be_repeated_after_a_partial_failure(stand_in: StandIn) -> None:
    services: Any = Services(trouble={OWNERS[2]: Unavailable("gone")})
    with pytest.raises(CommandError):
        clock.advance(services, "http://stripe", seconds=60)

    services.trouble.clear()
    readings = clock.advance(services, "http://stripe", seconds=0)

    assert {reading.now for reading in readings} == {START + timedelta(seconds=60)}
