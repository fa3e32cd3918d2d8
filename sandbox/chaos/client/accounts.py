"""The accounts of clients: signed-in staff of each hotel with their tokens, and made-up guests."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.chaos.client.api import RepeatingClient
from sandbox.chaos.client.operations import HOTEL, LOGIN
from sandbox.guest_details import guest_details


@dataclass(frozen=True)
class ChaosHotel:
    """A hotel with the tokens of its staff by role. `zone` is its IANA time zone."""

    slug: str
    zone: str
    tokens: Mapping[str, str]

    @property
    def desk(self) -> str:
        return self.tokens["front_desk"]

    @property
    def cleaner(self) -> str:
        return self.tokens["housekeeping"]

    @property
    def supervisor(self) -> str:
        return self.tokens["housekeeping_supervisor"]

    def today(self, offset: float) -> date:
        """The hotel's date by a clock that is `offset` seconds ahead of this machine's."""
        return (datetime.now(UTC) + timedelta(seconds=offset)).astimezone(ZoneInfo(self.zone)).date()


async def sign_in(api: RepeatingClient, stack: Mapping[str, Any], slugs: tuple[str, ...]) -> list[ChaosHotel]:
    """The hotels, with staff signed in. Raises `RuntimeError` where the system does not answer."""
    rng, hotels = random.Random(0), []
    for slug in slugs:
        page = await api.perform(HOTEL, {"hotel": slug}, rng=rng)
        if page is None:
            raise RuntimeError(f"{slug} does not answer")
        tokens = {}
        for account in stack["staff"]:
            if account["hotel"] == slug:
                body = {"email": account["email"], "password": account["password"]}
                session = await api.perform(LOGIN, {}, body=body, rng=rng)
                if session is None:
                    raise RuntimeError(f"{account['email']} cannot sign in")
                tokens[str(account["role"])] = str(session.body["token"])
        hotels.append(ChaosHotel(slug, page.body["timezone"], tokens))
    return hotels


def new_guest(rng: random.Random) -> dict[str, str]:
    """The details of a guest with an address that the run draws."""
    return guest_details(f"{rng.getrandbits(40):010x}")
