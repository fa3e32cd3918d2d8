"""`hotelmate dlq`: lists, shows, replays and drops the messages that a service could not apply."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from chassis import codec
from chassis.messaging import topology
from chassis.messaging.ask_client import AskClient
from chassis.refusal import Refusal
from contracts.catalogue import SUBSCRIPTIONS
from contracts.operations import SkipEvent
from hotelmate.config import ask_client, load_config
from hotelmate.console import moment, say, show_table
from hotelmate.dead_letter_queue import DeadLetter, open_queue
from hotelmate.errors import CommandError

cli = typer.Typer(
    no_args_is_help=True,
    help="Dead letters: events that failed five times, were too early for a day, or were not signed by their owner.",
)


def check_service(service: str) -> str:
    """Return the service's name unchanged. Raises `CommandError` for an unknown service."""
    if service not in SUBSCRIPTIONS:
        raise CommandError(f"There is no service {service!r}: {', '.join(SUBSCRIPTIONS)}.")
    return service


Service = Annotated[
    str,
    typer.Argument(help=f"Whose dead letters: {', '.join(SUBSCRIPTIONS)}.", metavar="SERVICE", callback=check_service),
]


@cli.command("list")
def list_letters(service: Service) -> None:
    """List the parked messages, oldest first."""
    with open_queue(load_config().amqp_url, service) as queue:
        rows = [_row(letter) for letter in queue.letters()]
    columns = ("id", "type", "subject", "number", "tries", "first failed", "why")
    show_table(columns, rows, empty=f"Nothing is parked for {service}.")


@cli.command("show")
def show_letter(
    service: Service,
    message_id: Annotated[str, typer.Argument(help="The message's id, or the beginning of it.", metavar="ID")],
) -> None:
    """Show all of one parked message."""
    with open_queue(load_config().amqp_url, service) as queue:
        letter = choose(queue.letters(), [message_id])[0]
    event = codec.plain(letter.envelope) if letter.envelope else letter.body.decode("utf-8", "replace")
    data = {"headers": dict(letter.properties.headers or {}), "event": event}
    Console(soft_wrap=True).print_json(data=data, default=str)


@cli.command("replay")
def replay_letters(
    service: Service,
    message_ids: Annotated[list[str] | None, typer.Argument(help="The ids of the messages.", metavar="ID")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All parked messages.")] = False,
) -> None:
    """Return parked messages to the service, which processes them as if they were new."""
    if bool(message_ids) == everything:
        raise CommandError("Say which messages to replay, or --all.")
    with open_queue(load_config().amqp_url, service) as queue:
        letters = queue.letters()
        letters = letters if everything else choose(letters, message_ids or [])
        for letter in letters:
            queue.replay(letter)
    say(f"{len(letters)} given back to {topology.inbox(service)}.")


@cli.command("drop")
def drop_letter(
    service: Service,
    message_id: Annotated[str, typer.Argument(help="The message's id, or the beginning of it.", metavar="ID")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Drop without asking first.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also skip earlier events of its subject that are not applied yet.")
    ] = False,
) -> None:
    """Delete one parked message for good, so that later events of its subject are applied without it."""
    config = load_config()
    with open_queue(config.amqp_url, service) as queue:
        letter = choose(queue.letters(), [message_id])[0]
        if not (yes or typer.confirm(f"Give up {letter.id} ({_type(letter)}) for ever?")):
            raise CommandError("Nothing was dropped.")
        if letter.envelope:
            with ask_client(config) as client:
                _skip(client, service, SkipEvent(event=letter.envelope, force=force))
        queue.remove(letter)
    say(f"{letter.id} dropped.")


def _skip(client: AskClient, service: str, command: SkipEvent) -> None:
    try:
        client(command, service=service)
    except Refusal as refusal:
        if refusal.code != "EARLIER_EVENTS":
            raise
        hint = "Replay or drop those first, or say --force."
        raise CommandError(refusal.message, details=[hint]) from refusal


def choose(letters: Sequence[DeadLetter], ids: Sequence[str]) -> list[DeadLetter]:
    """One message for each full or shortened id. Raises `CommandError` where none or several messages match."""
    chosen = []
    for each in ids:
        matching = [letter for letter in letters if letter.id.startswith(each)]
        if len(matching) != 1:
            raise CommandError(f"{each} names {len(matching) or 'no'} parked messages.")
        chosen.append(matching[0])
    return chosen


def _row(letter: DeadLetter) -> tuple[object, ...]:
    event, failed_at = letter.envelope, letter.first_failed_at
    subject, number = (event.subject, event.sequence) if event else ("-", "-")
    since = moment(failed_at) if failed_at else "-"
    return letter.id, _type(letter), subject, number, letter.attempts, since, letter.reason


def _type(letter: DeadLetter) -> str:
    return letter.envelope.type if letter.envelope else "not an event"
