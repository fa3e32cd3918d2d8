"""What every request may use: the bus, the accounts, what is remembered of hotels and channels, and the limits."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from gateway.bus import Bus
from gateway.hotels import KnownHotels
from gateway.identity.accounts import SignedIn, Staff
from gateway.latencies import Latencies
from gateway.limits import Buckets
from gateway.realtime import KnownRealtime
from gateway.settings import GatewaySettings


class StaffAccounts(Protocol):
    """The accounts, as requests use them. Everything raises `Unavailable` where their database is down."""

    async def whose(self, token: str) -> Staff | None:
        """Whose token this is, if it is good."""

    async def get(self, staff_id: UUID) -> Staff | None:
        """One account, if it is open."""

    async def sign_in(self, email: str, password: str) -> SignedIn | None:
        """A new token; None where e-mail or password is wrong."""

    async def sign_out(self, token: str) -> None:
        """End this token."""

    async def ping(self) -> None:
        """Does the database answer?"""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Made once per process."""

    settings: GatewaySettings
    bus: Bus
    accounts: StaffAccounts
    hotels: KnownHotels
    realtime: KnownRealtime
    buckets: Buckets
    latencies: Latencies = field(default_factory=Latencies)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


def equipped(settings: GatewaySettings, *, bus: Bus, accounts: StaffAccounts) -> Tools:
    """The tools around a bus and the accounts."""
    return Tools(
        settings=settings,
        bus=bus,
        accounts=accounts,
        hotels=KnownHotels(bus),
        realtime=KnownRealtime(bus),
        buckets=Buckets(settings.limits),
    )
