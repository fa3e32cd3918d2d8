"""Seeds the demonstration: `python -m sandbox.demo.seed` imports the hotels beside it and adds their staff.

Run again, it changes nothing and says the same; only the Stripe stand-in, which forgets everything when it ends, is
given the services' time. Its last line of output is JSON:
`{"staff": [{"email", "password", "role", "hotel"}], "hotels": [slug, …]}`.
"""

import hashlib
import hmac
import json
import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from chassis.observability import logs
from contracts.rooms import HotelDefinition
from gateway.identity.accounts import Accounts, EmailTaken
from gateway.identity.roles import Role
from hotelmate.clock import advance
from hotelmate.config import ask_client, load_config
from hotelmate.console import show_error
from hotelmate.errors import CommandError, as_command_errors
from hotelmate.hotels import import_property
from hotelmate.property_file import read_property
from hotelmate.staff import in_accounts

HOTELS = Path(__file__).parent / "hotels"


@dataclass(frozen=True)
class Post:
    """A job in every demo hotel, and who holds it."""

    title: str
    name: str
    role: Role
    is_superuser: bool = False


POSTS = (
    Post("front-desk", "Niamh Byrne", Role.FRONT_DESK),
    Post("housekeeping", "Marta Nowak", Role.HOUSEKEEPING),
    Post("supervisor", "Declan Roche", Role.HOUSEKEEPING_SUPERVISOR),
    Post("manager", "Orla Keane", Role.MANAGER),
    Post("owner", "Fionn Daly", Role.MANAGER, is_superuser=True),
)


def main() -> int:
    """The exit code."""
    logs.configure("seed", level="CRITICAL", fmt="console")
    try:
        with as_command_errors():
            told = seed(HOTELS)
    except CommandError as trouble:
        show_error(trouble)
        return trouble.code
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def seed(folder: Path) -> dict[str, Any]:
    """Import every property in the folder and staff it."""
    around = load_config()
    properties = [read_property(file) for file in sorted(folder.glob("*.json"))]
    with ask_client(around.amqp_url) as asker:
        for definition in properties:
            import_property(asker, definition)
        advance(asker, around.stripe_url, seconds=0)
    key = password_key(around.database_url("gateway"))
    return {"staff": _staffed(properties, key), "hotels": [definition.slug for definition in properties]}


def password_key(database_url: str) -> bytes:
    """What demo passwords are made of: the password of the database that keeps the accounts, so they last as long."""
    password = unquote(urlsplit(database_url).password or "")
    if not password:
        raise CommandError("The gateway's database has no password, so demo accounts cannot be given secret ones.")
    return password.encode()


def password_of(email: str, key: bytes) -> str:
    """The demo password of an account; nobody without the key can work it out."""
    return urlsafe_b64encode(hmac.digest(key, email.encode(), hashlib.sha256)[:12]).decode()


def role_of(post: Post) -> str:
    """The role as the demonstration calls it."""
    return "superuser" if post.is_superuser else post.role.value


def _staffed(properties: Sequence[HotelDefinition], key: bytes) -> list[dict[str, str]]:
    async def staff_all(accounts: Accounts) -> list[dict[str, str]]:
        return [await _employ(accounts, hotel.slug, post, key) for hotel in properties for post in POSTS]

    return in_accounts(staff_all)


async def _employ(accounts: Accounts, hotel: str, post: Post, key: bytes) -> dict[str, str]:
    email = f"{post.title}@{hotel}.example"
    password = password_of(email, key)
    try:
        await accounts.add(
            email=email,
            password=password,
            name=post.name,
            hotel=hotel,
            role=post.role,
            is_superuser=post.is_superuser,
        )
    except EmailTaken:
        signed_in = await accounts.sign_in(email, password)
        if signed_in is None:
            raise CommandError(f"{email} has an account with another password; `make clean` begins anew.") from None
        await accounts.sign_out(signed_in.token)
    return {"email": email, "password": password, "role": role_of(post), "hotel": hotel}


if __name__ == "__main__":
    sys.exit(main())
