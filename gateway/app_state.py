"""The state of one gateway process: settings, bus, accounts, caches, rate limits and metrics."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from contracts.data import Data
from gateway.bus.port import Bus
from gateway.identity.accounts import UNKNOWN_CLIENT, Client, SignedIn, Staff
from gateway.identity.rate_limits import RateLimiter
from gateway.lookups.hotels import HotelLookup
from gateway.lookups.metrics import MetricsLookup
from gateway.lookups.readiness import ReadinessLookup
from gateway.lookups.realtime import RealtimeLookup
from gateway.lookups.staff_names import StaffNameLookup
from gateway.request_metrics import RequestMetrics
from gateway.settings import GatewaySettings
from gateway.streams.open_streams import OpenStreams


class StaffAccounts(Protocol):
    """The staff accounts. Every method raises `Unavailable` where the database is down."""

    async def whose(self, token: str) -> Staff | None:
        """The member of staff with this token; returns None for an invalid token. Use extends the token."""

    async def ended(self, tokens: Collection[str]) -> Collection[str]:
        """Those of these tokens that are not valid. Does not count as a use of the others."""

    async def get(self, staff_id: UUID) -> Staff | None:
        """The active account with this id; returns None where no active account has the id."""

    async def names(self, hotel: str, staff_ids: Collection[str]) -> Mapping[str, str]:
        """The names of those of the hotel's accounts, closed ones too, that have one of these ids, keyed by id."""

    async def sign_in(self, email: str, password: str, *, client: Client = UNKNOWN_CLIENT) -> SignedIn | None:
        """Sign in and issue a token; returns None where e-mail or password is wrong, or the account is inactive.

        Refused `RATE_LIMITED` after too many failures at the account, unless the device has signed in there before.
        """

    async def change_password(
        self, staff: Staff, *, old: str, new: str, client: Client = UNKNOWN_CLIENT
    ) -> SignedIn | None:
        """Change the account's password, end all its tokens and issue a new one; returns None where `old` is wrong.

        Raises `ValueError` where `new` may not be chosen. Refused `RATE_LIMITED` after too many failures.
        """

    async def sign_out(self, token: str) -> None:
        """End this token."""

    async def ping(self) -> None:
        """Check that the database answers; raises `Unavailable` otherwise."""


class AppState(Data):
    """Everything that the requests of one process share."""

    settings: GatewaySettings
    bus: Bus
    accounts: StaffAccounts
    hotels: HotelLookup
    staff_names: StaffNameLookup
    realtime: RealtimeLookup
    rate_limiter: RateLimiter
    streams: OpenStreams
    stopping: asyncio.Event
    readiness: ReadinessLookup
    metrics: MetricsLookup
    request_metrics: RequestMetrics


def make_app_state(
    settings: GatewaySettings, *, bus: Bus, accounts: StaffAccounts, staff_names: StaffNameLookup | None = None
) -> AppState:
    """The state with this bus and these accounts; `staff_names` looks up the names of these accounts."""
    request_metrics, stopping = RequestMetrics(), asyncio.Event()
    return AppState(
        settings=settings,
        bus=bus,
        accounts=accounts,
        hotels=HotelLookup(bus),
        staff_names=staff_names or StaffNameLookup(accounts.names),
        realtime=RealtimeLookup(bus),
        rate_limiter=RateLimiter(settings.limits),
        streams=OpenStreams(bus, settings, ended_staff_tokens=accounts.ended, stopping=stopping),
        stopping=stopping,
        readiness=ReadinessLookup(bus, accounts.ping),
        metrics=MetricsLookup(bus, request_metrics.registry, partitions=settings.inbox_partitions),
        request_metrics=request_metrics,
    )
