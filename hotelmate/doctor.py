"""`hotelmate doctor`: whether what must always hold does hold, asked of every database and dead-letter queue."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from contracts.catalogue import OWNERS
from hotelmate.examination import AT_REST, Verdict, books_of, judged, says
from hotelmate.invariants import CHECKS
from hotelmate.screen import say, show_table
from hotelmate.surroundings import look_around
from hotelmate.trouble import Trouble

FOUND = 1
SHOWN = 5
UNASKED = {
    "I10": "what Stripe itself shows: hotelmate reconcile compares it",
    "I14": "whether what a client was told is there after recovery: only that client knows",
}


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="All findings, for machines.")] = False,
    newest: Annotated[
        int, typer.Option(min=1, metavar="N", help="Of what grows for ever, look at the newest N of each service.")
    ] = 20_000,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this invariant, as in I7; may be repeated.")
    ] = None,
) -> None:
    """Examine the whole system and change nothing: rooms, money, trails, events, notices, dead letters.

    Where all is at rest everything is judged, else what is older than 30 seconds. Exit code 0 when all holds, 1 when
    something does not or could not be judged, 3 when the broker or a database cannot be reached. Names nobody.
    """
    wanted = [name.upper() for name in only or ()]
    if strange := [name for name in wanted if name not in CHECKS]:
        raise Trouble(f"{strange[0]} is not asked here: {', '.join(CHECKS)}.")
    with books_of(look_around(), newest=newest) as books, _progress() as progress:
        task = progress.add_task("", total=None)
        verdicts: list[Verdict] = []
        for name in wanted or CHECKS:
            progress.update(task, description=f"{name}: {says(name)}")
            verdicts += judged(books, only=[name])
        partly = [service for service in OWNERS if not books.is_whole(service)]
    at_rest = books.unrest == AT_REST
    if as_json:
        print(_as_json(verdicts, at_rest=at_rest, newest=newest, partly=partly))  # noqa: T201
    else:
        _show(verdicts, at_rest=at_rest, newest=newest, partly=partly)
    raise typer.Exit(FOUND if any(one.verdict != "holds" for one in verdicts) else 0)


def _show(verdicts: Sequence[Verdict], *, at_rest: bool, newest: int, partly: Sequence[str]) -> None:
    show_table(("", "invariant", "verdict", "where"), [_row(one) for one in verdicts])
    say("Everything is at rest and was judged." if at_rest else "What has moved in the last 30 seconds was not judged.")
    if partly:
        say(f"Of {', '.join(partly)} only the newest {newest} changes and events were seen; --newest looks further.")
    if any(one.name == "I10" for one in verdicts):
        say("Stripe was not asked: hotelmate reconcile does that.")
    broken = [one for one in verdicts if one.verdict != "holds"]
    say(f"{len(broken)} of {len(verdicts)} do not hold; --json says why." if broken else "All is well.")


def _row(one: Verdict) -> tuple[object, ...]:
    subjects = list(dict.fromkeys(finding.subject for finding in one.findings))
    more = f" and {len(subjects) - SHOWN} more" if len(subjects) > SHOWN else ""
    return one.name, one.says, one.verdict, ", ".join(subjects[:SHOWN]) + more


def _as_json(verdicts: Sequence[Verdict], *, at_rest: bool, newest: int, partly: Sequence[str]) -> str:
    told = {
        "healthy": all(one.verdict == "holds" for one in verdicts),
        "judged": "everything" if at_rest else "older than 30 s",
        "newest": newest,
        "only_the_newest_of": list(partly),
        "not_asked": UNASKED,
        "invariants": [
            {
                "name": one.name,
                "says": one.says,
                "verdict": one.verdict,
                "findings": [{"subject": finding.subject, "what": finding.what} for finding in one.findings],
            }
            for one in verdicts
        ],
    }
    return json.dumps(told, indent=2)


def _progress() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True)
