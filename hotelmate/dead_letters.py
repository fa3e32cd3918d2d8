"""`hotelmate dlq`: what a service could not apply, and what is to be done with it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis import codec
from chassis.messaging import topology
from contracts.catalogue import SUBSCRIPTIONS
from hotelmate.parked import Letter, opened, standing, step_over
from hotelmate.screen import moment, say, show_table
from hotelmate.surroundings import connected, look_around
from hotelmate.trouble import Trouble

cli = typer.Typer(
    no_args_is_help=True, help="Messages that a service could not apply: five failed tries, or too early for a day."
)

Service = Annotated[str, typer.Argument(help=f"Whose dead letters: {', '.join(SUBSCRIPTIONS)}.", metavar="SERVICE")]


@cli.command("list")
def list_letters(service: Service) -> None:
    """List what is parked, oldest first."""
    known(service)
    with opened(look_around().amqp_url, service) as queue:
        letters = queue.letters()
    if not letters:
        say(f"Nothing is parked for {service}.")
        return
    show_table(
        ("id", "type", "subject", "number", "tries", "first failed", "why"), [_row(letter) for letter in letters]
    )


@cli.command("show")
def show_letter(
    service: Service,
    message_id: Annotated[str, typer.Argument(help="Its id, or the beginning of it.", metavar="ID")],
) -> None:
    """Show one parked message whole."""
    known(service)
    with opened(look_around().amqp_url, service) as queue:
        letter = chosen(queue.letters(), [message_id])[0]
    console = Console(soft_wrap=True)
    console.print_json(data={"headers": _headers(letter), "event": _event(letter)}, default=str)


@cli.command("replay")
def replay_letters(
    service: Service,
    message_ids: Annotated[list[str] | None, typer.Argument(help="Which ones, by id.", metavar="ID")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that is parked.")] = False,
) -> None:
    """Give messages back to their service, to be tried as if for the first time."""
    if bool(message_ids) == everything:
        raise Trouble("Say which messages to replay, or --all.")
    known(service)
    with opened(look_around().amqp_url, service) as queue:
        letters = queue.letters()
        wanted = letters if everything else chosen(letters, message_ids or [])
        for letter in wanted:
            queue.replay(letter)
    say(f"{len(wanted)} given back to {topology.inbox(service)}.")


@cli.command("drop")
def drop_letter(
    service: Service,
    message_id: Annotated[str, typer.Argument(help="Its id, or the beginning of it.", metavar="ID")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also give up unapplied events that come before it.")] = False,
) -> None:
    """Give one message up for good, so that later events of its subject are applied without it."""
    known(service)
    around = look_around()
    database_url = around.database_url(service)
    with opened(around.amqp_url, service) as queue:
        letter = chosen(queue.letters(), [message_id])[0]
        if not (yes or typer.confirm(f"Give up {letter.id} ({_type(letter)}) for ever?")):
            raise Trouble("Nothing was dropped.")
        if letter.envelope:
            with connected(database_url) as connection:
                at = standing(connection, letter.envelope)
                if at < letter.envelope.sequence - 1 and not force:
                    raise Trouble(
                        f"{letter.envelope.subject} stands at {at}: numbers {at + 1} to "
                        f"{letter.envelope.sequence - 1} come before this one and would be given up with it.",
                        details=["Replay or drop those first, or say --force."],
                    )
                step_over(connection, letter.envelope)
        queue.take_off(letter)
    say(f"{letter.id} dropped.")


def known(service: str) -> None:
    """Make sure that there is a service of this name."""
    if service not in SUBSCRIPTIONS:
        raise Trouble(f"There is no service {service!r}: {', '.join(SUBSCRIPTIONS)}.")


def chosen(letters: Sequence[Letter], ids: Sequence[str]) -> list[Letter]:
    """The letters that these ids, or beginnings of ids, name; each must name exactly one."""
    found = []
    for each in ids:
        matching = [letter for letter in letters if letter.id.startswith(each)]
        if len(matching) != 1:
            raise Trouble(f"{each} names {len(matching) or 'no'} parked messages.")
        found.append(matching[0])
    return found


def _row(letter: Letter) -> tuple[object, ...]:
    event, failed_at = letter.envelope, letter.first_failed_at
    subject, number = (event.subject, event.sequence) if event else ("-", "-")
    return (
        letter.id,
        _type(letter),
        subject,
        number,
        letter.attempts,
        moment(failed_at) if failed_at else "-",
        letter.why,
    )


def _type(letter: Letter) -> str:
    return letter.envelope.type if letter.envelope else "not an event"


def _headers(letter: Letter) -> dict[str, Any]:
    return dict(letter.properties.headers or {})


def _event(letter: Letter) -> Any:
    return codec.plain(letter.envelope) if letter.envelope else letter.body.decode("utf-8", "replace")
