"""`hotelmate outbox`: the events of each service that the broker has not confirmed yet."""

from datetime import timedelta
from typing import Annotated

import typer

from chassis.messaging.ask_client import AskClient
from contracts.catalogue import OWNERS
from contracts.operations import PublishAgain, ReadMetrics
from hotelmate.clock import parse_span
from hotelmate.config import ask_client, load_config
from hotelmate.console import age, show_table
from hotelmate.errors import CommandError

A_MONTH = 30 * 24 * 3600
DEADLINE = 60.0  # seconds


def outbox(
    *,
    publish_again: Annotated[
        str,
        typer.Option(metavar="SPAN", help="Publish what was recorded within this time once more: 45m, 3h, 2d, 1h30m."),
    ] = "",
) -> None:
    """Show how many events of each service are not published yet, and the age of the oldest.

    Publish again only after the broker has lost its data. Subscribers ignore the events that they have applied, even
    if the inbox rows were deleted since, and apply the others. Covers at most the last 30 days.
    """
    config = load_config()
    seconds = parse_span(publish_again) if publish_again else 0
    if seconds > A_MONTH:
        raise CommandError("Events older than 30 days are not published again.")
    with ask_client(config) as client:
        rows = []
        for service in OWNERS:
            if seconds:
                client(PublishAgain(seconds=seconds), service=service, deadline=DEADLINE)
            count, oldest = unpublished(client, service)
            rows.append((service, count, age(oldest) if count else "-"))
    show_table(("service", "unpublished", "oldest"), rows)


def unpublished(client: AskClient, service: str) -> tuple[int, timedelta]:
    """The number of a service's unpublished events, and the age of the oldest one."""
    metrics = {metric.name: metric.value for metric in client(ReadMetrics(), service=service).metrics}
    return int(metrics["outbox_waiting"]), timedelta(seconds=metrics["outbox_age_seconds"])
