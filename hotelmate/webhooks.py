"""`hotelmate webhooks`: lists, shows, replays and dismisses Stripe's webhook events."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from chassis import codec
from chassis.messaging.ask_client import AskClient
from contracts.payments.webhooks import DismissWebhook, GetWebhook, ListWebhooks, ReplayWebhook, StoredWebhook
from hotelmate.config import ask_client, load_config
from hotelmate.console import moment, say, show_table
from hotelmate.errors import CommandError

cli = typer.Typer(
    no_args_is_help=True, help="Stripe's webhook events. One that cannot be applied is parked with the reason."
)
OUTCOMES = ("STORED", "APPLIED", "IGNORED", "PARKED")

Name = Annotated[str, typer.Argument(help="The event's id at Stripe, as in evt_1A2b3C.", metavar="ID")]


@cli.command("list")
def list_webhooks(
    outcome: Annotated[
        list[str], typer.Option(help="With this outcome: stored, applied, ignored, parked; may be repeated.")
    ] = ["parked"],  # noqa: B006
) -> None:
    """List webhook events in the order in which they arrived; by default the parked ones."""
    outcomes = tuple(each.upper() for each in outcome)
    if unknown := [each for each in outcomes if each not in OUTCOMES]:
        raise CommandError(f"{unknown[0].lower()!r} is no outcome: {', '.join(OUTCOMES).lower()}.")
    with ask_client(load_config()) as client:
        rows = [_row(each) for each in every(client, outcomes)]
    none = f"No webhook event is {' or '.join(outcomes).lower()}."
    show_table(("id", "type", "received", "outcome", "about", "why"), rows, empty=none)


@cli.command("show")
def show_webhook(event_id: Name) -> None:
    """Show the stored data of one webhook event, which includes no personal data."""
    with ask_client(load_config()) as client:
        webhook = client(GetWebhook(event_id=event_id))
    Console(soft_wrap=True).print_json(data=codec.plain(webhook), default=str)


@cli.command("replay")
def replay_webhooks(
    event_ids: Annotated[list[str] | None, typer.Argument(help="The ids of the webhook events.", metavar="ID")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
) -> None:
    """Apply parked webhook events as if they had just arrived."""
    if bool(event_ids) == everything:
        raise CommandError("Say which webhook events to replay, or --all.")
    with ask_client(load_config()) as client:
        ids = [each.event_id for each in every(client, ("PARKED",))] if everything else event_ids or []
        for event_id in ids:
            client(ReplayWebhook(event_id=event_id))
    say(f"{len(ids)} to be applied again.")


@cli.command("dismiss")
def dismiss_webhook(event_id: Name) -> None:
    """Dismiss a parked webhook event that concerns no booking. The event stays stored, with its reason."""
    with ask_client(load_config()) as client:
        client(DismissWebhook(event_id=event_id))
    say(f"{event_id} dismissed.")


def every(client: AskClient, outcomes: tuple[str, ...]) -> Iterator[StoredWebhook]:
    """All webhook events with one of these outcomes, read page by page."""
    after = None
    while True:
        page = client(ListWebhooks(outcomes=outcomes, after=after))
        yield from page.webhooks
        after = page.next
        if after is None:
            return


def _row(webhook: StoredWebhook) -> tuple[object, ...]:
    about = webhook.payment_id or webhook.object_id or "-"
    return (webhook.event_id, webhook.type, moment(webhook.received_at), webhook.outcome, about, webhook.reason)
