"""`hotelmate doctor`: judges the invariants of the running system."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from contracts.catalogue import OWNERS
from hotelmate.config import load_config
from hotelmate.console import age, moment, say, show_table
from hotelmate.doctor_run import EVERYTHING, Verdict, examination, judge, says
from hotelmate.errors import CommandError
from hotelmate.invariants.catalogue import CHECKS
from hotelmate.invariants.partitions import Partition, partitions

BROKEN = 1
SUBJECTS_PER_ROW = 5
NOT_JUDGED = {
    "I10": "what Stripe itself shows; hotelmate reconcile compares it",
    "I14": "whether a change that was answered 2xx is there after recovery; only its client knows that answer",
}


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="All breaches, as JSON.")] = False,
    newest: Annotated[
        int, typer.Option(min=1, metavar="N", help="Of data that grows without end, judge the newest N rows.")
    ] = 20_000,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this invariant, as in I7; may be repeated.")
    ] = None,
    direct: Annotated[
        bool, typer.Option("--direct", help="Read each service's database instead of asking the service: in an outage.")
    ] = False,
) -> None:
    """Judge the invariants of the whole system, and change nothing.

    Covers rooms, money, audit rows, events, notices, dead letters, and who holds each inbox partition. While no event
    or job is on its way, all data is judged; otherwise only data older than 30 seconds. Exit code 0 when all invariants
    hold, 1 when one is broken or could not be judged, 3 when the broker or a service cannot be reached. Prints no
    person's name or address.
    """
    names = [name.upper() for name in only or ()]
    if unknown := [name for name in names if name not in CHECKS]:
        raise CommandError(_no_check(unknown[0]))
    with examination(load_config(), newest=newest, direct=direct) as context, _progress() as progress:
        task = progress.add_task("", total=None)
        verdicts: list[Verdict] = []
        for name in names or CHECKS:
            progress.update(task, description=f"{name}: {says(name)}")
            verdicts.append(judge(context, name))
        partly = [service for service in OWNERS if not context.is_whole(service)]
        holders = list(partitions(context)) if "I19" in (names or CHECKS) else []
    at_rest, broker = context.older_than == EVERYTHING, context.parked is not None
    if as_json:
        print(_as_json(verdicts, at_rest=at_rest, newest=newest, partly=partly, holders=holders))  # noqa: T201
    else:
        _show_holders(holders)
        _show(verdicts, at_rest=at_rest, newest=newest, partly=partly, broker=broker)
    raise typer.Exit(BROKEN if any(each.verdict != "holds" for each in verdicts) else 0)


def _show(verdicts: Sequence[Verdict], *, at_rest: bool, newest: int, partly: Sequence[str], broker: bool) -> None:
    show_table(("", "invariant", "verdict", "where"), [_row(each) for each in verdicts])
    say("The system is at rest: everything was judged." if at_rest else "Changes of the last 30 seconds were left out.")
    if not broker:
        say("The broker is down: dead letters were not read, and breaches of I6 may be parked messages.")
    if partly:
        say(f"Of {', '.join(partly)} only the newest {newest} audit rows and events were judged; --newest judges more.")
    for name, why in NOT_JUDGED.items():
        if name in [each.name for each in verdicts] or (name not in CHECKS and len(verdicts) == len(CHECKS)):
            say(f"{name}, not judged here: {why}.")
    failed = [each for each in verdicts if each.verdict != "holds"]
    say(f"{len(failed)} of {len(verdicts)} do not hold; --json says why." if failed else "All is well.")


def _show_holders(holders: Sequence[Partition]) -> None:
    if holders:
        rows = [_holder_row(each) for each in holders]
        show_table(("partition", "process", "since", "waiting", "in hand", "oldest"), rows)
        say("")


def _holder_row(partition: Partition) -> tuple[object, ...]:
    waiting = "?" if partition.waiting is None else partition.waiting
    oldest = "" if partition.oldest is None else age(timedelta(seconds=max(0.0, partition.oldest)))
    holder, in_hand = partition.holder or "none", partition.progress.unacknowledged
    return partition.queue, holder, moment(partition.since), waiting, in_hand, oldest


def _no_check(name: str) -> str:
    if name in NOT_JUDGED:
        return f"{name} is not judged here: {NOT_JUDGED[name]}."
    return f"There is no invariant {name}: {', '.join(CHECKS)}."


def _row(verdict: Verdict) -> tuple[object, ...]:
    subjects = list(dict.fromkeys(violation.subject for violation in verdict.violations))
    more = f" and {len(subjects) - SUBJECTS_PER_ROW} more" if len(subjects) > SUBJECTS_PER_ROW else ""
    return verdict.name, verdict.says, verdict.verdict, ", ".join(subjects[:SUBJECTS_PER_ROW]) + more


def _as_json(
    verdicts: Sequence[Verdict], *, at_rest: bool, newest: int, partly: Sequence[str], holders: Sequence[Partition]
) -> str:
    report = {
        "healthy": all(each.verdict == "holds" for each in verdicts),
        "judged": "everything" if at_rest else "older than 30 s",
        "newest": newest,
        "only_the_newest_of": list(partly),
        "not_asked": NOT_JUDGED,
        "invariants": [
            {
                "name": each.name,
                "says": each.says,
                "verdict": each.verdict,
                "findings": [{"subject": violation.subject, "what": violation.what} for violation in each.violations],
            }
            for each in verdicts
        ],
        "partitions": [
            {
                "queue": each.queue,
                "holder": each.holder or None,
                "since": moment(each.since),
                "waiting": each.waiting,
                "in_hand": each.progress.unacknowledged,
                "oldest_seconds": each.oldest,
            }
            for each in holders
        ],
    }
    return json.dumps(report, indent=2)


def _progress() -> Progress:
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True)
