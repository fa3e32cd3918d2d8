"""`hotelmate reconcile`: compares payments with Stripe, and repairs the differences with --repair."""

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
from contracts.payments.reconciliation import Reconcile, ReconciliationFinding, ReconciliationPart
from hotelmate.clock import parse_span
from hotelmate.config import ask_client, load_config
from hotelmate.console import say, show_table
from hotelmate.existing import check_named

DEADLINE = 60.0  # seconds for one page
COMPARED_AGAIN_AFTER = 2.0  # seconds in which a change that was on its way arrives
MOST_COMPARED_AGAIN = 50  # bookings
DIFFERENT = 1

TITLES = {
    ReconciliationPart.PAYMENTS: "payments",
    ReconciliationPart.SESSIONS: "Stripe's sessions",
    ReconciliationPart.INTENTS: "Stripe's intents",
    ReconciliationPart.REFUNDS: "Stripe's refunds",
    ReconciliationPart.DISPUTES: "Stripe's disputes",
    ReconciliationPart.WEBHOOKS: "webhook events",
    ReconciliationPart.JOBS: "jobs",
}


def reconcile(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair the differences that can be repaired; without it, only compare.")
    ] = False,
    hotel: Annotated[str | None, typer.Option(help="Only this hotel's payments.")] = None,
    booking: Annotated[str | None, typer.Option(help="Only this booking's payments.")] = None,
    since: Annotated[
        str, typer.Option(metavar="SPAN", help="What changed, or was created at Stripe, within: 12h, 30d; or all.")
    ] = "30d",
) -> None:
    """Compare payments, ledger and unprocessed work with Stripe. Changes nothing without --repair.

    A repair does the same steps as a webhook event: read Stripe, decide, record, publish. An object of Stripe with the
    ids of a payment that payments does not have is printed and never changed. Exit code 0 when all agrees or was
    repaired, 1 otherwise, also where Stripe did not answer for a payment.
    """
    began = None if since == "all" or booking else datetime.now(UTC) - timedelta(seconds=parse_span(since))
    command = Reconcile(
        part=ReconciliationPart.PAYMENTS,
        repair=repair,
        run=uuid.uuid4().hex[:8],
        hotel=hotel,
        booking_id=booking,
        since=began,
    )
    with ask_client(load_config()) as client, _progress() as progress:
        check_named(client, hotel=hotel, booking=booking)
        compared, unread, findings = compare_all(client, command, progress)
        if findings and not repair:
            findings = still_different(client, command, findings)
    left = [finding for finding in findings if not finding.repaired]
    if findings:
        rows = [_row(finding) for finding in findings]
        show_table(("booking", "what", "about", "ours", "theirs", "repaired"), rows)
    counts = f"{len(findings)} differences, {len(findings) - len(left)} repaired, {len(left)} left"
    say(f"{compared} payments compared: {counts}.")
    if left and not repair:
        say("Nothing was changed. --repair repairs what can be repaired.")
    if unread:
        say(f"{unread} payments or lists could not be read at Stripe, so nothing is known of them: run this again.")
    raise typer.Exit(DIFFERENT if left or unread else 0)


def compare_all(
    client: AskClient, command: Reconcile, progress: Progress
) -> tuple[int, int, list[ReconciliationFinding]]:
    """Compare every part, page by page.

    Returns the number of payments compared, the number of payments and lists that could not be read at Stripe, and each
    difference once.
    """
    payments = unread = 0
    findings: dict[tuple[str, str], ReconciliationFinding] = {}
    for part, title in TITLES.items():
        task = progress.add_task(title, total=None)
        after: str | None = None
        while True:
            page = client(replace(command, part=part, after=after), deadline=DEADLINE)
            payments += page.looked if part is ReconciliationPart.PAYMENTS else 0
            unread += page.unread
            for finding in page.findings:
                findings.setdefault((finding.kind, finding.object_id), finding)
            if page.total is not None:
                progress.update(task, total=page.total)
            progress.advance(task, page.looked)
            after = page.next
            if after is None:
                break
        progress.update(task, total=progress.tasks[task].completed)
    return payments, unread, list(findings.values())


def still_different(
    client: AskClient, command: Reconcile, findings: Sequence[ReconciliationFinding]
) -> list[ReconciliationFinding]:
    """Compare again, unless there are too many bookings. Returns the findings without the differences that are gone."""
    bookings = {finding.booking_id for finding in findings if finding.booking_id}
    if len(bookings) > MOST_COMPARED_AGAIN:
        return list(findings)
    time.sleep(COMPARED_AGAIN_AFTER)
    again = {_key(finding) for name in sorted(bookings) for finding in _compare_booking(client, command, name)}
    return [finding for finding in findings if not finding.kind.is_of_a_payment or _key(finding) in again]


def _compare_booking(client: AskClient, command: Reconcile, booking_id: str) -> Iterable[ReconciliationFinding]:
    of_booking = replace(command, part=ReconciliationPart.PAYMENTS, booking_id=booking_id, since=None, limit=50)
    return client(of_booking, deadline=DEADLINE).findings


def _key(finding: ReconciliationFinding) -> tuple[str, str]:
    return finding.kind, finding.object_id


def _row(finding: ReconciliationFinding) -> tuple[object, ...]:
    repaired = "yes" if finding.repaired else "no"
    return (finding.booking_id or "-", finding.kind, finding.object_id, finding.ours, finding.theirs, repaired)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
