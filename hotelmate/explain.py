"""`hotelmate explain`: one booking's timeline over all services, each entry below its cause."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from chassis.text import isolated
from hotelmate.config import STACK, load_config
from hotelmate.doctor_run import broker_state
from hotelmate.errors import CommandError
from hotelmate.queries import service_queries
from hotelmate.timeline import render
from hotelmate.timeline.collector import collect
from hotelmate.timeline.log_files import log_entries, with_logged_requests


def explain(
    booking: Annotated[str, typer.Argument(help="The booking's id, or its confirmation number.", metavar="BOOKING")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="All entries and facts, as JSON.")] = False,
    logs: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Logs of the processes, as a file, a directory of *.log, or - for standard input: "
            "they add the route and status of requests, warnings and errors. May be repeated.",
        ),
    ] = None,
    direct: Annotated[
        bool, typer.Option("--direct", help="Read each service's database instead of asking the service: in an outage.")
    ] = False,
) -> None:
    """Show a booking's timeline over all services: requests, changes, events, deliveries, calls, money and notices.

    Each entry is below its cause, with the time since the first cause. Steps that are still under way come last.
    Changes nothing, and prints no person's name, address or words.
    """
    config = load_config()
    with service_queries(config, direct=direct) as ask:
        _, parked = broker_state(config, optional=True)
        timeline = collect(ask, booking, parked=parked or ())
    if timeline is None:
        raise CommandError(f"No booking has the id or the confirmation number {isolated(booking)}.")
    lines = list(_log_lines(logs if logs is not None else _demo_logs()))
    requests, problems = log_entries(lines, booking_id=timeline.booking["id"], entries=timeline.entries)
    timeline = replace(timeline, entries=[*with_logged_requests(timeline.entries, requests), *problems])
    if parked is None:
        unknown = "the broker is down: whether anything is parked is not known"
        timeline = replace(timeline, under_way=[*timeline.under_way, unknown])
    if as_json:
        print(render.as_json(timeline))  # noqa: T201
    else:
        render.show(timeline)


def _demo_logs() -> list[str]:
    """The log directory of a demo that runs in this directory."""
    beside = STACK.parent / "logs"
    return [str(beside)] if beside.is_dir() else []


def _log_lines(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if path == "-":
            yield from sys.stdin
            continue
        try:
            for file in sorted(Path(path).glob("*.log")) if Path(path).is_dir() else [Path(path)]:
                with file.open(encoding="utf-8", errors="replace") as lines:
                    yield from lines
        except OSError as problem:
            raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
