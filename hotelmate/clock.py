"""`hotelmate clock`: moves the domain's time of a demo, in every service at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import typer

from chassis.messaging.ask_client import AskClient
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from contracts.operations import AdvanceClock, Ping
from hotelmate.config import ask_client, load_config
from hotelmate.console import moment, show_table
from hotelmate.errors import UNREACHABLE, CommandError

cli = typer.Typer(no_args_is_help=True, help="Move a demo's clocks.")
STRIPE = "stripe stand-in"
APART = 2.0  # seconds by which two equal clocks may differ: the time that reading both takes
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class ClockReading:
    """The time of one clock, UTC."""

    clock: str
    now: datetime


@cli.command("advance")
def advance_clock(
    span: Annotated[
        str, typer.Argument(metavar="SPAN", help="How far: 45s, 20m, 3h, 2d, or several of them as in 1h30m.")
    ],
) -> None:
    """Move the clocks of every service and of the Stripe stand-in forward, in demo mode only.

    Returns once every clock is moved. Holds expire and deadlines pass; timeouts, signatures, leases and retries keep
    real time. Clocks cannot be moved back. A clock that is behind the others is set to their time.
    """
    seconds = parse_span(span)
    config = load_config()
    stripe_url = config.stripe_url
    with ask_client(config) as client:
        readings = advance(client, stripe_url, seconds=seconds)
    show_table(("clock", "now"), [(reading.clock, moment(reading.now)) for reading in readings])


def parse_span(text: str) -> int:
    """The number of seconds in a span such as `3h` or `1h30m`. Raises `CommandError` for any other text."""
    if not re.fullmatch(r"(\d{1,6}[smhd])+", text):
        raise CommandError(f"{text!r} is not a span of time: write 45s, 20m, 3h, 2d or 1h30m.")
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def read_clocks(client: AskClient, services: Sequence[str] = OWNERS) -> list[ClockReading]:
    """Read the clock of each service."""
    return [ClockReading(service, client(Ping(), service=service).now) for service in services]


def advance(client: AskClient, stripe_url: str, *, seconds: int) -> list[ClockReading]:
    """Move every clock and return the readings; a clock that is behind the others is set to their time.

    No clock is moved unless all clocks answer.
    """

    def move(clock: str, span: int) -> datetime:
        if clock == STRIPE:
            return _ask_stripe(stripe_url, "POST", "clock/advance", json={"seconds": span})
        return client(AdvanceClock(seconds=span), service=clock).now

    readings = [*read_clocks(client), ClockReading(STRIPE, _ask_stripe(stripe_url, "GET", "clock"))]
    furthest = max(reading.now for reading in readings)
    moved: list[ClockReading] = []
    for reading in readings:
        behind = (furthest - reading.now).total_seconds()
        span = seconds + (round(behind) if behind > APART else 0)
        try:
            moved.append(ClockReading(reading.clock, move(reading.clock, span)) if span else reading)
        except (Refusal, Unavailable, httpx.HTTPError) as problem:
            raise _partly_moved(moved, reading.clock, str(problem)) from problem
    return moved


def _ask_stripe(url: str, method: str, path: str, **body: Any) -> datetime:
    answer = httpx.request(method, f"{url}/_control/{path}", trust_env=False, timeout=10, **body)
    return datetime.fromtimestamp(answer.raise_for_status().json()["now"], UTC)


def _partly_moved(moved: Sequence[ClockReading], failed: str, reason: str) -> CommandError:
    if not moved:
        return CommandError(f"No clock was moved: {failed} failed.", details=[reason])
    done = ", ".join(reading.clock for reading in moved)
    again = "Advance by 0s once that clock answers, to bring it up to the others."
    message = f"The clocks differ: {done} moved, {failed} did not."
    return CommandError(message, details=[reason, again], code=UNREACHABLE)
