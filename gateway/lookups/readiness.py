"""The state of everything that requests need: broker, database and services; checked at most once a second."""

import asyncio
from collections.abc import Awaitable, Callable

from chassis.refusal import Unavailable
from contracts.operations import Health, Ping
from gateway.bus.port import Bus, ask_every_service
from gateway.lookups.cache import Cache

MAX_AGE = 1.0  # seconds
UP = "up"


class ReadinessLookup:
    """Checks the dependencies. `ping` raises `Unavailable` where the database is down."""

    def __init__(self, bus: Bus, ping: Callable[[], Awaitable[None]]) -> None:
        self._bus = bus
        self._ping = ping
        self._checks: Cache[str, dict[str, str]] = Cache(self._check, max_age=MAX_AGE)

    async def checks(self) -> dict[str, str]:
        """`up`, or a text about the fault, for each dependency, as it was at most a second ago."""
        return await self._checks.get("")

    async def _check(self, _: str) -> dict[str, str]:
        database, replies = await asyncio.gather(self._database(), ask_every_service(self._bus, Ping()))
        services = {service: _health(reply) for service, reply in replies.items()}
        return {"broker": UP if self._bus.up else "down", "database": database, **services}

    async def _database(self) -> str:
        try:
            await self._ping()
        except Unavailable:
            return "down"
        return UP


def _health(reply: Health | None) -> str:
    if reply is None:
        return "down"
    return UP if reply.ready else f"not ready: {', '.join(reply.problems) or 'no reason given'}"
