"""`hotelmate explain`: one booking's timeline over all services, each thing below what led to it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pika.exceptions
import typer

from contracts.catalogue import OWNERS
from hotelmate.examination import on_the_broker
from hotelmate.invariants import Parked
from hotelmate.story import as_json as in_json
from hotelmate.story import gather, in_full, noted_requests, show
from hotelmate.surroundings import STACK, Surroundings, look_around, reading
from hotelmate.trouble import Trouble


def explain(
    booking: Annotated[str, typer.Argument(help="Its id or its confirmation number.", metavar="BOOKING")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for machines.")] = False,
    logs: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Logs of the processes, as a file, a directory of *.log, or - for standard input: "
            "they add requests in full, warnings and errors. May be repeated.",
        ),
    ] = None,
) -> None:
    """Tell a booking's story: requests, changes and their events, who heard them, notices, calls, money, pushes, mails.

    Each thing stands below what led to it, with the time since that began. What is still under way comes last. Reads
    only, and shows nothing that a person is or wrote.
    """
    around = look_around()
    parked, silent = _parked(around)
    with ExitStack() as opened:
        connections = {name: opened.enter_context(reading(around.database_url(name))) for name in OWNERS}
        told = gather(connections, booking, parked=parked)
    if told is None:
        raise Trouble(f"No booking has the id or the confirmation number {booking}.")
    lines = list(_logged(logs if logs is not None else _own_logs()))
    asked, said = noted_requests(lines, booking_id=told.booking["id"], happenings=told.happenings)
    told = replace(told, happenings=[*in_full(told.happenings, asked), *said])
    if silent:
        told = replace(told, under_way=[*told.under_way, "the broker is away: whether anything is parked is not known"])
    if as_json:
        print(in_json(told))  # noqa: T201
    else:
        show(told)


def _parked(around: Surroundings) -> tuple[Sequence[Parked], bool]:
    try:
        return on_the_broker(around.amqp_url)[1], False
    except (pika.exceptions.AMQPError, OSError):
        return (), True


def _own_logs() -> list[str]:
    """A demo in this directory keeps its logs beside its description."""
    beside = STACK.parent / "logs"
    return [str(beside)] if beside.is_dir() else []


def _logged(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if path == "-":
            yield from sys.stdin
            continue
        try:
            for file in sorted(Path(path).glob("*.log")) if Path(path).is_dir() else [Path(path)]:
                with file.open(encoding="utf-8", errors="replace") as lines:
                    yield from lines
        except OSError as problem:
            raise Trouble(f"{path} cannot be read: {problem.strerror}.") from problem
