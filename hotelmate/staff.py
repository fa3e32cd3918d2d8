"""`hotelmate staff`: who may sign in at a hotel's staff endpoints."""

import asyncio
import re
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer

from chassis.settings import with_driver
from gateway.identity.accounts import Accounts, EmailTaken, Staff
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role
from hotelmate.screen import say, show_table
from hotelmate.surroundings import look_around
from hotelmate.trouble import Trouble

T = TypeVar("T")

cli = typer.Typer(no_args_is_help=True, help="Accounts of hotel staff.")


@cli.command("add")
def add_staff(
    *,
    email: Annotated[str, typer.Option(help="What they sign in with.")],
    name: Annotated[str, typer.Option(help="What colleagues see.")],
    hotel: Annotated[str, typer.Option(help="Their hotel's slug; staff see no other hotel.")],
    role: Annotated[Role, typer.Option(help="What they do, which decides what they may.")],
    superuser: Annotated[
        bool, typer.Option("--superuser", help="May do everything, still in their own hotel.")
    ] = False,
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input; else one is made and shown."),
    ] = False,
) -> None:
    """Add an account. Without --password-stdin a password is made and shown once."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email.strip()):
        raise Trouble(f"{email!r} is not an e-mail address.")
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
    """List accounts by hotel and e-mail."""
    found: Sequence[Staff] = in_accounts(lambda accounts: accounts.everyone(hotel=hotel))
    if not found:
        say("There are no accounts." if hotel is None else f"{hotel} has no accounts.")
        return
    show_table(
        ("hotel", "e-mail", "name", "role", "active"),
        [(each.hotel, each.email, each.name, described(each), "yes" if each.active else "no") for each in found],
    )


def in_accounts(work: Callable[[Accounts], Awaitable[T]]) -> T:
    """Run this with the accounts of the gateway's database."""
    url = with_driver(look_around().database_url("gateway"), "psycopg")

    async def run() -> T:
        accounts = Accounts(url, passwords=Passwords())
        try:
            return await work(accounts)
        except EmailTaken as taken:
            raise Trouble(f"{taken} has an account already.") from taken
        except ValueError as problem:
            raise Trouble(f"The account cannot be added: {problem}.") from problem
        finally:
            await accounts.close()

    return asyncio.run(run())


def described(staff: Staff) -> str:
    """Their role in words."""
    role = staff.role.value.replace("_", " ")
    return f"{role}, superuser" if staff.is_superuser else role
