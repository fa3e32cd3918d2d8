"""`python -m sandbox.demo --stack .run/stack.json`: walks one booking through its whole life on a running demo.

Exits 0 only if every step was what it should be; else it says which expectation failed and what was seen.
"""

import argparse
import sys
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from chassis.observability import logs
from hotelmate.errors import CommandError, as_command_errors
from sandbox.demo.addresses import Addresses
from sandbox.demo.expecting import Unmet
from sandbox.demo.transcript import OnScreen
from sandbox.demo.walk import walk
from sandbox.demo.world import World

FAVOURITE = "hotel-killarney"


def main(arguments: list[str] | None = None) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--stack", type=Path, default=Path(".run/stack.json"), help="the running demo's addresses")
    parser.add_argument("--hotel", help=f"the hotel's slug (default: {FAVOURITE}, or the first there is)")
    chosen = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    logs.configure("demo", level="CRITICAL", fmt="console")
    try:
        addresses = Addresses.read(chosen.stack)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        console.print(f"[red]{escape(f'{chosen.stack} does not tell of a running demo: {problem}')}[/red]")
        return 1
    hotel = chosen.hotel or (FAVOURITE if FAVOURITE in addresses.hotels else next(iter(addresses.hotels), ""))
    transcript, began = OnScreen(console), time.monotonic()
    world = World(addresses, hotel, transcript)
    try:
        with as_command_errors():
            walk(world)
    except (Unmet, CommandError, LookupError, httpx.HTTPError) as problem:
        console.print(f"\n[bold red]Not as it should be:[/bold red] {escape(str(problem))}")
        return 1
    finally:
        world.close()
    console.print(
        f"\n[bold green]All {transcript.steps} steps were what they should be[/bold green] "
        f"({time.monotonic() - began:.1f} s)."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
