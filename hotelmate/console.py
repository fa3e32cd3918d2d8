"""The output of commands: results to standard output, errors to standard error."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chassis.text import isolated
from hotelmate.errors import CommandError


def say(text: str) -> None:
    """Print one line of a result; markup is not interpreted."""
    Console(soft_wrap=True, highlight=False).print(text, markup=False)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "") -> None:
    """Print rows under headings. If there are no rows and `empty` has a text, print that text instead.

    The first column is never wrapped, so that its ids can be copied. A name from right to left turns no other cell.
    """
    if empty and not rows:
        say(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=position == 0)
    for row in rows:
        table.add_row(*(escape(isolated(str(cell))) for cell in row))
    console = Console(highlight=False)
    console.width = max(console.width, 120) if not console.is_terminal else console.width
    console.print(table)


def show_error(error: CommandError) -> None:
    """Print the message, and the details below it."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"[red]{escape(error.message)}[/red]")
    for detail in error.details:
        console.print(f"  {escape(detail)}")


def moment(at: datetime) -> str:
    """An instant as text, in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def age(span: timedelta) -> str:
    """A time span in its largest fitting unit: `3 h`, `45 s`."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
