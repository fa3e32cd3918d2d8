"""What the walk shows of itself: who said what to whom, step by step."""

import time
from typing import Protocol

from rich.console import Console
from rich.markup import escape

COLOURS = {"guest": "cyan", "staff": "green", "stripe": "magenta", "push": "yellow", "mail": "blue", "clock": "white"}


class Transcript(Protocol):
    """Told of every step, exchange and observation."""

    def chapter(self, title: str) -> None:
        """A new story begins."""

    def step(self, title: str) -> None:
        """The story's next step begins."""

    def line(self, who: str, what: str, seen: str = "") -> None:
        """One party said or saw something."""


class Silent:
    """Shows nothing."""

    def chapter(self, title: str) -> None: ...

    def step(self, title: str) -> None: ...

    def line(self, who: str, what: str, seen: str = "") -> None: ...


class OnScreen:
    """Shows it to a person."""

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

    def line(self, who: str, what: str, seen: str = "") -> None:
        colour = COLOURS.get(who.split(maxsplit=1)[0], "white")
        shown = f"  [dim]{escape(seen)}[/dim]" if seen else ""
        self._console.print(f"    [{colour}]{escape(who):<12}[/{colour}] {escape(what)}{shown}")

    @property
    def steps(self) -> int:
        """How many steps were begun."""
        return self._steps
