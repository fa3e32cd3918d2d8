"""`hotelmate staff`: the accounts that may sign in at a hotel's staff endpoints."""

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

import pika.exceptions
import typer

from chassis.email_address import address_problem
from chassis.refusal import Refusal, Unavailable
from chassis.settings import with_driver
from contracts.notifier.channel_authorisation import DropUser
from gateway.identity.accounts import Staff
from gateway.identity.administration import Administration, EmailTaken, NoSuchAccount, TokensEnded
from gateway.identity.passwords import Passwords
from gateway.identity.roles import Role
from hotelmate.config import ask_client, load_config
from hotelmate.console import say, show_table
from hotelmate.errors import UNREACHABLE, CommandError
from hotelmate.existing import check_hotel

T = TypeVar("T")

cli = typer.Typer(
    no_args_is_help=True, help="Add, list and close accounts of hotel staff, set passwords, and sign people out."
)

Email = Annotated[str, typer.Argument(help="The e-mail address that the person signs in with.", metavar="EMAIL")]
AsJson = Annotated[bool, typer.Option("--json", help="The result as one JSON object.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of generating one.")
]


@cli.command("add")
def add_staff(
    *,
    email: Annotated[str, typer.Option(help="The e-mail address that the person signs in with.")],
    name: Annotated[str, typer.Option(help="The name that colleagues see.")],
    hotel: Annotated[str, typer.Option(help="The hotel's slug; staff see no other hotel.")],
    role: Annotated[Role, typer.Option(help="The role, which decides the permissions.")],
    superuser: Annotated[bool, typer.Option("--superuser", help="All permissions, in the same hotel only.")] = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add an account at one hotel.

    The password is generated and printed once, unless --password-stdin reads yours: 12 to 200 characters, and no common
    password.
    """
    if problem := address_problem(email):
        raise CommandError(f"{email!r} is not an e-mail address: {problem}")
    with ask_client(load_config()) as client:
        check_hotel(client, hotel)
    password = _password(from_stdin=password_stdin)
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
    hotel: Annotated[str | None, typer.Option(help="Only the accounts of this hotel, by its slug.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="All accounts, as a JSON array.")] = False,
) -> None:
    """List accounts, closed ones too, ordered by hotel and e-mail address."""
    accounts: Sequence[Staff] = in_accounts(lambda table: table.everyone(hotel=hotel))
    if hotel is not None and not accounts:
        with ask_client(load_config()) as client:
            check_hotel(client, hotel)
    if as_json:
        print(json.dumps([as_data(each) for each in accounts]))  # noqa: T201
        return
    rows = [(each.hotel, each.email, each.name, described(each), "yes" if each.active else "no") for each in accounts]
    none = "There are no accounts." if hotel is None else f"{hotel} has no accounts."
    show_table(("hotel", "e-mail", "name", "role", "active"), rows, empty=none)


@cli.command("deactivate")
def deactivate_staff(email: Email, *, as_json: AsJson = False) -> None:
    """Close an account for good: the person is signed out everywhere and cannot sign in again.

    Tokens end with the next request, event streams and push connections within five seconds. What the person has done
    stays in the history. Repeating the command does no harm. Exit code 3: the account is closed, but its push
    connections could not be ended; run `hotelmate staff sign-out` later.
    """
    ended = in_accounts(lambda accounts: accounts.deactivate(email))
    _finish(ended, f"{ended.staff.email} is closed", as_json=as_json)


@cli.command("password")
def reset_password(email: Email, *, password_stdin: PasswordStdin = False, as_json: AsJson = False) -> None:
    """Set a new password, and sign the person out everywhere.

    The new password is generated and printed once, unless --password-stdin reads yours: 12 to 200 characters, and no
    common password. Tokens end with the next request, event streams and push connections within five seconds.
    """
    password = _password(from_stdin=password_stdin)
    ended = in_accounts(lambda accounts: accounts.reset_password(email, password))
    shown_once = None if password_stdin else password
    _finish(ended, f"{ended.staff.email} has a new password", as_json=as_json, password=shown_once)


@cli.command("sign-out")
def sign_out_staff(email: Email, *, as_json: AsJson = False) -> None:
    """Sign a person out everywhere, for example after a phone is lost; the person may sign in again.

    Tokens end with the next request, event streams and push connections within five seconds.
    """
    ended = in_accounts(lambda accounts: accounts.sign_out_everywhere(email))
    _finish(ended, f"{ended.staff.email} is signed out everywhere", as_json=as_json)


def _password(*, from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else secrets.token_urlsafe(12)


def _finish(ended: TokensEnded, done: str, *, as_json: bool, password: str | None = None) -> None:
    """End the push connections, then print the result. Raises `CommandError` where the connections stay open."""
    problem = _end_connections(str(ended.staff.id))
    if as_json:
        result = as_data(ended.staff) | {"tokens_ended": ended.tokens, "connections_ended": problem is None}
        print(json.dumps(result | ({"password": password} if password else {})))  # noqa: T201
    else:
        say(f"{done}; {ended.tokens} token{'' if ended.tokens == 1 else 's'} ended.")
        if password:
            say(f"password: {password}")
    if problem is not None:
        raise CommandError(
            "The account's push connections could not be ended, and last until they are closed.",
            details=[problem, "Run `hotelmate staff sign-out` once the broker and the notifier answer."],
            code=UNREACHABLE,
        )


def _end_connections(staff_id: str) -> str | None:
    """Have the notifier end the push connections; returns the problem where that fails."""
    try:
        with ask_client(load_config()) as client:
            client(DropUser(staff_id=staff_id))
    except (CommandError, Refusal, Unavailable, pika.exceptions.AMQPError, OSError) as problem:
        return str(problem) or type(problem).__name__
    return None


def as_data(staff: Staff) -> dict[str, Any]:
    """The account as JSON-like data."""
    return {
        "id": str(staff.id),
        "email": staff.email,
        "name": staff.name,
        "hotel": staff.hotel,
        "role": staff.role.value,
        "is_superuser": staff.is_superuser,
        "active": staff.active,
    }


def in_accounts(work: Callable[[Administration], Awaitable[T]]) -> T:
    """Call `work` with the staff accounts in the gateway's database; returns the result of `work`."""
    url = with_driver(load_config().database_url("gateway"), "psycopg")

    async def run() -> T:
        accounts = Administration(url, passwords=Passwords())
        try:
            return await work(accounts)
        except EmailTaken as taken:
            raise CommandError(f"{taken} has an account already.") from taken
        except NoSuchAccount as unknown:
            raise CommandError(f"There is no account {unknown}, or it is closed.") from unknown
        except ValueError as problem:
            raise CommandError(f"Nothing is changed: {str(problem).rstrip('.')}.") from problem
        finally:
            await accounts.close()

    return asyncio.run(run())


def described(staff: Staff) -> str:
    """The role of a member of staff in words."""
    role = staff.role.value.replace("_", " ")
    return f"{role}, superuser" if staff.is_superuser else role
