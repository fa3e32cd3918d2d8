"""`hotelmate webhooks`: Stripe's notices as payments has stored them, and what becomes of parked ones."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from chassis import codec
from chassis.messaging.ask_client import AskClient
from contracts.payments import DismissWebhook, GetWebhook, ListWebhooks, ReplayWebhook, StoredWebhook
from hotelmate.screen import moment, say, show_table
from hotelmate.surroundings import asking, look_around
from hotelmate.trouble import Trouble

cli = typer.Typer(no_args_is_help=True, help="Stripe's notices: what could not be applied is parked with the reason.")
OUTCOMES = ("STORED", "APPLIED", "IGNORED", "PARKED")

Name = Annotated[str, typer.Argument(help="Its id at Stripe, as in evt_1A2b3C.", metavar="ID")]


@cli.command("list")
def list_webhooks(
    outcome: Annotated[
        list[str], typer.Option(help="What became of them: stored, applied, ignored, parked; may be repeated.")
    ] = ["parked"],  # noqa: B006
) -> None:
    """List notices in the order in which they came; the parked ones, unless told otherwise."""
    wanted = tuple(each.upper() for each in outcome)
    if wrong := [each for each in wanted if each not in OUTCOMES]:
        raise Trouble(f"{wrong[0].lower()!r} is no outcome: {', '.join(OUTCOMES).lower()}.")
    with asking(look_around().amqp_url) as asker:
        rows = [_row(each) for each in every(asker, wanted)]
    if rows:
        show_table(("id", "type", "received", "outcome", "about", "why"), rows)
    else:
        say("No notice is " + " or ".join(wanted).lower() + ".")


@cli.command("show")
def show_webhook(event_id: Name) -> None:
    """Show all that is kept of one notice: what it is about, never what it says of people."""
    with asking(look_around().amqp_url) as asker:
        found = asker(GetWebhook(event_id=event_id))
    Console(soft_wrap=True).print_json(data=codec.plain(found), default=str)


@cli.command("replay")
def replay_webhooks(
    event_ids: Annotated[list[str] | None, typer.Argument(help="Which ones, by id.", metavar="ID")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
) -> None:
    """Have parked notices applied as if they had just come."""
    if bool(event_ids) == everything:
        raise Trouble("Say which notices to replay, or --all.")
    with asking(look_around().amqp_url) as asker:
        wanted = [each.event_id for each in every(asker, ("PARKED",))] if everything else event_ids or []
        for event_id in wanted:
            asker(ReplayWebhook(event_id=event_id))
    say(f"{len(wanted)} to be applied again.")


@cli.command("dismiss")
def dismiss_webhook(event_id: Name) -> None:
    """Let a parked notice rest, because it is none of ours. It stays in the store, with its reason."""
    with asking(look_around().amqp_url) as asker:
        asker(DismissWebhook(event_id=event_id))
    say(f"{event_id} dismissed.")


def every(asker: AskClient, outcomes: tuple[str, ...]) -> Iterator[StoredWebhook]:
    """All notices with one of these outcomes, asked for page by page."""
    after = None
    while True:
        page = asker(ListWebhooks(outcomes=outcomes, after=after))
        yield from page.webhooks
        after = page.next
        if after is None:
            return


def _row(found: StoredWebhook) -> tuple[object, ...]:
    about = found.payment_id or found.object_id or "-"
    return (found.event_id, found.type, moment(found.received_at), found.outcome, about, found.reason)
