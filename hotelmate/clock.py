"""`hotelmate clock`: moves the domain's time of a demonstration, everywhere at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import httpx
import typer

from chassis.messaging.ask_client import AskClient
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from contracts.operations import AdvanceClock, Ping
from hotelmate.screen import moment, show_table
from hotelmate.surroundings import asking, look_around
from hotelmate.trouble import UNREACHABLE, Trouble

cli = typer.Typer(no_args_is_help=True, help="Move a demonstration's time.")
STRIPE = "stripe stand-in"
APART = 2.0  # seconds between two clocks that nobody has moved: the time it takes to read them
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Reading:
    """What one clock shows, UTC."""

    whose: str
    now: datetime


@cli.command("advance")
def advance_clock(
    span: Annotated[
        str, typer.Argument(metavar="SPAN", help="How far: 45s, 20m, 3h, 2d, or several of them as in 1h30m.")
    ],
) -> None:
    """Move every service's clock and the Stripe stand-in's forward, in a demonstration only.

    Returns once every one has confirmed. Holds run out and deadlines pass as they would; timeouts, signatures, leases
    and retries keep real time. There is no way back. A clock that stayed behind is brought up to the others.
    """
    seconds = parse_span(span)
    around = look_around()
    stripe_url = around.stripe_url
    with asking(around.amqp_url) as asker:
        readings = advance(asker, stripe_url, seconds=seconds)
    show_table(("clock", "now"), [(reading.whose, moment(reading.now)) for reading in readings])


def parse_span(text: str) -> int:
    """Seconds in a span such as `3h` or `1h30m`."""
    if not re.fullmatch(r"(\d{1,6}[smhd])+", text):
        raise Trouble(f"{text!r} is not a span of time: write 45s, 20m, 3h, 2d or 1h30m.")
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def read_clocks(asker: AskClient, services: Sequence[str] = OWNERS) -> list[Reading]:
    """What each service's clock shows."""
    return [Reading(service, asker(Ping(), service=service).now) for service in services]


def advance(asker: AskClient, stripe_url: str, *, seconds: int) -> list[Reading]:
    """Move every clock; one that stayed behind, as after a restart, is brought up to the others first.

    Nothing is moved unless all answer. What each shows now.
    """
    clocks = {service: partial(_advance_service, asker, service) for service in OWNERS}
    readings = [*read_clocks(asker), Reading(STRIPE, _ask_stripe(stripe_url, "GET", "clock"))]
    furthest = max(reading.now for reading in readings)
    moved: list[Reading] = []
    for reading in readings:
        behind = (furthest - reading.now).total_seconds()
        span = seconds + (round(behind) if behind > APART else 0)
        move = clocks.get(reading.whose, partial(_advance_stripe, stripe_url))
        try:
            moved.append(Reading(reading.whose, move(span)) if span else reading)
        except (Refusal, Unavailable, httpx.HTTPError) as problem:
            raise _halfway(moved, reading.whose, str(problem)) from problem
    return moved


def _advance_service(asker: AskClient, service: str, seconds: int) -> datetime:
    return asker(AdvanceClock(seconds=seconds), service=service).now


def _advance_stripe(url: str, seconds: int) -> datetime:
    return _ask_stripe(url, "POST", "clock/advance", json={"seconds": seconds})


def _ask_stripe(url: str, method: str, path: str, **body: Any) -> datetime:
    answer = httpx.request(method, f"{url}/_control/{path}", trust_env=False, timeout=10, **body)
    return datetime.fromtimestamp(answer.raise_for_status().json()["now"], UTC)


def _halfway(moved: Sequence[Reading], stuck: str, why: str) -> Trouble:
    if not moved:
        return Trouble(f"No clock was moved: {stuck} would not.", details=[why])
    done = ", ".join(reading.whose for reading in moved)
    again = "Advance by 0s once it answers, to bring it up to the others."
    return Trouble(f"The clocks stand apart: {done} moved, {stuck} did not.", details=[why, again], code=UNREACHABLE)
