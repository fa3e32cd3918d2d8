"""`hotelmate reconcile`: what payments knows, compared with what Stripe shows, and repaired where asked for."""

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from chassis.messaging.ask_client import AskClient
from contracts.payments import Compare, Finding, Part
from hotelmate.clock import parse_span
from hotelmate.screen import say, show_table
from hotelmate.surroundings import asking, look_around

DEADLINE = 60.0  # seconds for one page
UNDER_WAY = 2.0  # seconds after which what was merely under way has come to its end
FOR_A_SECOND_LOOK = 50
FOUND = 1

TITLES = {
    Part.PAYMENTS: "payments",
    Part.SESSIONS: "Stripe's sessions",
    Part.INTENTS: "Stripe's intents",
    Part.REFUNDS: "Stripe's refunds",
    Part.DISPUTES: "Stripe's disputes",
    Part.WEBHOOKS: "notices",
    Part.ERRANDS: "errands",
}


def reconcile(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Bring into agreement what can be; without it, only look.")
    ] = False,
    hotel: Annotated[str | None, typer.Option(help="Only this hotel's payments.")] = None,
    booking: Annotated[str | None, typer.Option(help="Only this booking's payments.")] = None,
    since: Annotated[
        str, typer.Option(metavar="SPAN", help="What has changed, or was made at Stripe, within: 12h, 30d; or all.")
    ] = "30d",
) -> None:
    """Compare payments, ledger and what was left lying with what Stripe shows. Changes nothing without --repair.

    Repairs go the way of every notice: looked at, decided, recorded, told. What Stripe has and we have never heard of
    is shown and never touched. Exit code 0 when all agrees or was repaired, 1 when something is left.
    """
    began = None if since == "all" or booking else datetime.now(UTC) - timedelta(seconds=parse_span(since))
    wanted = Compare(
        part=Part.PAYMENTS, repair=repair, run=uuid.uuid4().hex[:8], hotel=hotel, booking_id=booking, since=began
    )
    with asking(look_around().amqp_url) as asker, _progress() as progress:
        looked, found = gone_through(asker, wanted, progress)
        if found and not repair:
            found = seen_twice(asker, wanted, found)
    left = [finding for finding in found if not finding.repaired]
    if found:
        rows = [_row(finding) for finding in found]
        show_table(("booking", "what", "about", "ours", "theirs", "repaired"), rows)
    say(f"{looked} payments compared: {len(found)} differences, {len(found) - len(left)} repaired, {len(left)} left.")
    if left and not repair:
        say("Nothing was changed. --repair brings into agreement what can be.")
    raise typer.Exit(FOUND if left else 0)


def gone_through(asker: AskClient, wanted: Compare, progress: Progress) -> tuple[int, list[Finding]]:
    """Every part, page by page: how many payments there were, and what differs, each difference once."""
    payments = 0
    found: dict[tuple[str, str], Finding] = {}
    for part, title in TITLES.items():
        task = progress.add_task(title, total=None)
        after: str | None = None
        while True:
            page = asker(replace(wanted, part=part, after=after), deadline=DEADLINE)
            payments += page.looked if part is Part.PAYMENTS else 0
            for finding in page.findings:
                found.setdefault((finding.kind, finding.object_id), finding)
            if page.total is not None:
                progress.update(task, total=page.total)
            progress.advance(task, page.looked)
            after = page.next
            if after is None:
                break
        progress.update(task, total=progress.tasks[task].completed)
    return payments, list(found.values())


def seen_twice(asker: AskClient, wanted: Compare, found: Sequence[Finding]) -> list[Finding]:
    """Without what was merely under way: a payment in which something differs is looked at again a little later."""
    bookings = {finding.booking_id for finding in found if finding.booking_id}
    if len(bookings) > FOR_A_SECOND_LOOK:
        return list(found)
    time.sleep(UNDER_WAY)
    again = {_key(finding) for name in sorted(bookings) for finding in _of(asker, wanted, name)}
    return [finding for finding in found if not _is_a_payments(finding) or _key(finding) in again]


def _of(asker: AskClient, wanted: Compare, booking_id: str) -> Iterable[Finding]:
    command = replace(wanted, part=Part.PAYMENTS, booking_id=booking_id, since=None, limit=50)
    return asker(command, deadline=DEADLINE).findings


def _is_a_payments(finding: Finding) -> bool:
    return finding.kind not in {"UNKNOWN_TO_US", "WEBHOOK_NOT_APPLIED", "ERRAND_GIVEN_UP"}


def _key(finding: Finding) -> tuple[str, str]:
    return finding.kind, finding.object_id


def _row(finding: Finding) -> tuple[object, ...]:
    repaired = "yes" if finding.repaired else "no"
    return (finding.booking_id or "-", finding.kind, finding.object_id, finding.ours, finding.theirs, repaired)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
