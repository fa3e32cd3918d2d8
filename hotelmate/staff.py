"""`hotelmate staff`: the accounts that may sign in at a hotel's staff endpoints."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer

from chassis.email_address import address_problem
from chassis.settings import with_driver
from gateway.identity.accounts import Accounts, EmailTaken, Staff
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role
from hotelmate.config import ask_client, load_config
from hotelmate.console import say, show_table
from hotelmate.errors import CommandError
from hotelmate.existing import check_hotel

T = TypeVar("T")

cli = typer.Typer(no_args_is_help=True, help="Accounts of hotel staff.")


@cli.command("add")
def add_staff(
    *,
    email: Annotated[str, typer.Option(help="The address to sign in with.")],
    name: Annotated[str, typer.Option(help="The name that colleagues see.")],
    hotel: Annotated[str, typer.Option(help="The hotel's slug; staff see no other hotel.")],
    role: Annotated[Role, typer.Option(help="The role, which decides the permissions.")],
    superuser: Annotated[bool, typer.Option("--superuser", help="All permissions, in the same hotel only.")] = False,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input, else generate and print one."),
    ] = False,
) -> None:
    """Add an account. Without --password-stdin a password is generated and printed once."""
    if problem := address_problem(email):
        raise CommandError(f"{email!r} is not an e-mail address: {problem}")
    with ask_client(load_config().amqp_url) as client:
        check_hotel(client, hotel)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    staff = in_accounts(
        lambda accounts: accounts.add(
            email=email, password=password, name=name, hotel=hotel, role=role, is_superuser=superuser
        )
    )
    say(f"{staff.email} may sign in at {staff.hotel} as {described(staff)}.")
    if not password_stdin:
        say(f"password: {password}")


@cli.command("list")
def list_staff(
    hotel: Annotated[str | None, typer.Option(help="Only this hotel's.")] = None,
) -> None:
    """List accounts, ordered by hotel and e-mail."""
    accounts: Sequence[Staff] = in_accounts(lambda table: table.everyone(hotel=hotel))
    if hotel is not None and not accounts:
        with ask_client(load_config().amqp_url) as client:
            check_hotel(client, hotel)
    rows = [(each.hotel, each.email, each.name, described(each), "yes" if each.active else "no") for each in accounts]
    none = "There are no accounts." if hotel is None else f"{hotel} has no accounts."
    show_table(("hotel", "e-mail", "name", "role", "active"), rows, empty=none)


def in_accounts(work: Callable[[Accounts], Awaitable[T]]) -> T:
    """Call `work` with the staff accounts in the gateway's database; returns the result of `work`."""
    url = with_driver(load_config().database_url("gateway"), "psycopg")

    async def run() -> T:
        accounts = Accounts(url, passwords=Passwords())
        try:
            return await work(accounts)
        except EmailTaken as taken:
            raise CommandError(f"{taken} has an account already.") from taken
        except ValueError as problem:
            raise CommandError(f"The account cannot be added: {str(problem).rstrip('.')}.") from problem
        finally:
            await accounts.close()

    return asyncio.run(run())


def described(staff: Staff) -> str:
    """The role of a member of staff in words."""
    role = staff.role.value.replace("_", " ")
    return f"{role}, superuser" if staff.is_superuser else role
