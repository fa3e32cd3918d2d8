"""Seeds the demo: `python -m sandbox.demo.seed` imports the hotels in `hotels/` and adds their staff.

A repeated run changes nothing and prints the same output; only the clock of the Stripe stand-in, which has no storage,
is set to the services' time. The last line of output is JSON:
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
from contracts.rooms.hotel_import import HotelDefinition
from gateway.identity.administration import Administration, EmailTaken
from gateway.identity.roles import Role
from hotelmate.clock import advance
from hotelmate.config import ask_client, load_config
from hotelmate.console import show_error
from hotelmate.errors import CommandError, as_command_errors
from hotelmate.hotels import import_property, read_property
from hotelmate.staff import in_accounts

HOTELS = Path(__file__).parent / "hotels"


@dataclass(frozen=True)
class StaffPosition:
    """A staff position in every demo hotel."""

    title: str
    name: str
    role: Role
    is_superuser: bool = False


STAFF_POSITIONS = (
    StaffPosition("front-desk", "Niamh Byrne", Role.FRONT_DESK),
    StaffPosition("housekeeping", "Marta Nowak", Role.HOUSEKEEPING),
    StaffPosition("supervisor", "Declan Roche", Role.HOUSEKEEPING_SUPERVISOR),
    StaffPosition("manager", "Orla Keane", Role.MANAGER),
    StaffPosition("owner", "Fionn Daly", Role.MANAGER, is_superuser=True),
)


def main() -> int:
    """Seed the demo and print the accounts as JSON; returns the exit code."""
    logs.configure("seed", level="CRITICAL", fmt="console")
    try:
        with as_command_errors():
            result = seed(HOTELS)
    except CommandError as trouble:
        show_error(trouble)
        return trouble.code
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


def seed(folder: Path) -> dict[str, Any]:
    """Import every hotel in the folder and add its staff."""
    around = load_config()
    properties = [read_property(file) for file in sorted(folder.glob("*.json"))]
    with ask_client(around) as asker:
        for definition in properties:
            import_property(asker, definition)
        advance(asker, around.stripe_url, seconds=0)
    key = password_key(around.database_url("gateway"))
    return {"staff": _add_staff(properties, key), "hotels": [definition.slug for definition in properties]}


def password_key(database_url: str) -> bytes:
    """The key from which demo passwords are computed: the password of the accounts' database."""
    password = unquote(urlsplit(database_url).password or "")
    if not password:
        raise CommandError("The gateway's database has no password, so demo accounts cannot be given secret ones.")
    return password.encode()


def password_of(email: str, key: bytes) -> str:
    """The demo password of an account, computed from the key."""
    return urlsafe_b64encode(hmac.digest(key, email.encode(), hashlib.sha256)[:12]).decode()


def role_of(position: StaffPosition) -> str:
    """The role's name in the demo."""
    return "superuser" if position.is_superuser else position.role.value


def _add_staff(properties: Sequence[HotelDefinition], key: bytes) -> list[dict[str, str]]:
    async def staff_all(accounts: Administration) -> list[dict[str, str]]:
        return [
            await _add_account(accounts, hotel.slug, position, key)
            for hotel in properties
            for position in STAFF_POSITIONS
        ]

    return in_accounts(staff_all)


async def _add_account(accounts: Administration, hotel: str, position: StaffPosition, key: bytes) -> dict[str, str]:
    email = f"{position.title}@{hotel}.example"
    password = password_of(email, key)
    try:
        await accounts.add(
            email=email,
            password=password,
            name=position.name,
            hotel=hotel,
            role=position.role,
            is_superuser=position.is_superuser,
        )
    except EmailTaken:
        if not await accounts.has_password(email, password):
            raise CommandError(f"{email} has an account with another password; `make clean` starts anew.") from None
    return {"email": email, "password": password, "role": role_of(position), "hotel": hotel}


if __name__ == "__main__":
    sys.exit(main())
