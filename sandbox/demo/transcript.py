"""The output of the walkthrough: steps, requests and observations."""

import time
from typing import Protocol

from rich.console import Console
from rich.markup import escape

COLOURS = {"guest": "cyan", "staff": "green", "stripe": "magenta", "push": "yellow", "mail": "blue", "clock": "white"}


class Transcript(Protocol):
    """Receives every step, request and observation."""

    def chapter(self, title: str) -> None:
        """Start a scenario."""

    def step(self, title: str) -> None:
        """Start a step."""

    def line(self, who: str, what: str, detail: str = "") -> None:
        """Record a request or an observation of one party."""


class SilentTranscript:
    """Discards everything."""

    def chapter(self, title: str) -> None: ...

    def step(self, title: str) -> None: ...

    def line(self, who: str, what: str, detail: str = "") -> None: ...


class ConsoleTranscript:
    """Prints everything to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = 0
        self._began = time.monotonic()

    def chapter(self, title: str) -> None:
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}[/bold]", align="left")

    def step(self, title: str) -> None:
        self._steps += 1
        passed = time.monotonic() - self._began
        self._console.print(f"\n[bold]{self._steps:>2}  {escape(title)}[/bold]  [dim]{passed:.1f} s[/dim]")

    def line(self, who: str, what: str, detail: str = "") -> None:
        colour = COLOURS.get(who.split(maxsplit=1)[0], "white")
        suffix = f"  [dim]{escape(detail)}[/dim]" if detail else ""
        self._console.print(f"    [{colour}]{escape(who):<12}[/{colour}] {escape(what)}{suffix}")

    @property
    def steps(self) -> int:
        """The number of steps started."""
        return self._steps
