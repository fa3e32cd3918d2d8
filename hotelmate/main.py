"""The `hotelmate` program: its commands, and how troubles end it.

Exit codes: 0 done, 1 refused, wrong input, or something found, 2 wrong usage, 3 the broker, a database or a service
cannot be reached.
"""

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
    outboxes,
    reconciling,
    refunds,
    staff,
    webhooks,
)
from hotelmate.screen import show_trouble
from hotelmate.trouble import Trouble, told_plainly

HELP = """Look after a HotelMate installation.

Addresses come from the environment (AMQP_URL, BOOKINGS_DATABASE_URL …), or from the demo that runs in this directory.

Exit codes: 0 done · 1 refused, wrong input, or something found · 2 wrong usage · 3 broker, database or service not
reachable.
"""


def commands() -> typer.Typer:
    """The whole tree of commands."""
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
    cli.command("reconcile")(reconciling.reconcile)
    cli.command("outbox")(outboxes.outbox)
    cli.command("ghosts")(ghosts.ghosts)
    return cli


def app(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name; leaves with `SystemExit`."""
    logs.configure("hotelmate", level="CRITICAL", fmt="console")
    try:
        with told_plainly():
            commands()(args=None if arguments is None else list(arguments), prog_name="hotelmate")
    except Trouble as trouble:
        show_trouble(trouble)
        raise SystemExit(trouble.code) from None
