"""`python -m sandbox.demo --stack .run/stack.json`: walks bookings through a running demo.

Exits with 0 if every step is as expected; otherwise prints the failed expectation and the actual value.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import IO, cast

import httpx
from rich.console import Console
from rich.markup import escape

from chassis.observability import logs
from hotelmate.errors import CommandError, as_command_errors
from sandbox.demo.addresses import Addresses
from sandbox.demo.context import DemoContext
from sandbox.demo.expectations import ExpectationFailed
from sandbox.demo.transcript import ConsoleTranscript
from sandbox.demo.walkthrough import run
from sandbox.stack.terminal import UnbreakableStream

DEFAULT_HOTEL = "hotel-killarney"


def main(arguments: list[str] | None = None) -> int:
    """Run the walkthrough; returns 0 where every step is as expected, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--stack", type=Path, default=Path(".run/stack.json"), help="the running demo's addresses")
    parser.add_argument("--hotel", help=f"the hotel's slug (default: {DEFAULT_HOTEL}, or the first hotel)")
    chosen = parser.parse_args(arguments)
    console = Console(file=cast("IO[str]", UnbreakableStream(sys.stdout)), highlight=False, soft_wrap=True)
    logs.configure("demo", level="CRITICAL", fmt="console")
    try:
        addresses = Addresses.read(chosen.stack)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        console.print(f"[red]{escape(f'{chosen.stack} does not describe a running demo: {problem}')}[/red]")
        return 1
    hotel = chosen.hotel or (DEFAULT_HOTEL if DEFAULT_HOTEL in addresses.hotels else next(iter(addresses.hotels), ""))
    transcript, began = ConsoleTranscript(console), time.monotonic()
    demo = DemoContext(addresses, hotel, transcript)
    try:
        with as_command_errors():
            run(demo)
    except (ExpectationFailed, CommandError, LookupError, httpx.HTTPError) as problem:
        console.print(f"\n[bold red]Not as expected:[/bold red] {escape(str(problem))}")
        return 1
    finally:
        demo.close()
    console.print(
        f"\n[bold green]All {transcript.steps} steps were as expected[/bold green] ({time.monotonic() - began:.1f} s)."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
