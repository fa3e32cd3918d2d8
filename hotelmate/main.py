"""The `hotelmate` program: its commands, and its exit codes."""

from collections.abc import Sequence

import typer

from chassis.observability import logs
from hotelmate import (
    clock,
    dead_letters,
    doctor,
    events,
    explain,
    ghosts,
    hotels,
    notices,
    outbox,
    reconciliation,
    refunds,
    staff,
    webhooks,
)
from hotelmate.console import show_error
from hotelmate.errors import CommandError, as_command_errors

HELP = """Operate a HotelMate installation.

Addresses come from the environment (AMQP_URL …), or from the demo that runs in this directory.

Exit codes: 0 done · 1 refused, wrong input, or a check failed · 2 wrong usage · 3 broker, database or service not
reachable.
"""


def commands() -> typer.Typer:
    """The tree of all commands of the program."""
    cli = typer.Typer(
        name="hotelmate",
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    cli.add_typer(hotels.cli, name="hotel")
    cli.add_typer(staff.cli, name="staff")
    cli.add_typer(clock.cli, name="clock")
    cli.add_typer(dead_letters.cli, name="dlq")
    cli.add_typer(notices.cli, name="notices")
    cli.add_typer(events.cli, name="events")
    cli.add_typer(refunds.cli, name="refund")
    cli.add_typer(webhooks.cli, name="webhooks")
    cli.command("doctor")(doctor.doctor)
    cli.command("explain")(explain.explain)
    cli.command("reconcile")(reconciliation.reconcile)
    cli.command("outbox")(outbox.outbox)
    cli.command("ghosts")(ghosts.ghosts)
    return cli


def app(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name; always ends with `SystemExit`."""
    logs.configure("hotelmate", level="CRITICAL", fmt="console")
    try:
        with as_command_errors():
            commands()(args=None if arguments is None else list(arguments), prog_name="hotelmate")
    except CommandError as error:
        show_error(error)
        raise SystemExit(error.code) from None
