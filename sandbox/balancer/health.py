"""The health of the gateways, by `GET /readyz` on a new connection every quarter of a second."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from itertools import count

CHECK_EVERY = 0.25
CHECK_WITHIN = 2.5  # the gateway itself waits up to two seconds for the services


class GatewayHealth(IntEnum):
    """The health of a gateway: connections go to the gateways with the lowest number."""

    READY = 0
    RUNNING = 1
    """Answers, but lacks a dependency."""
    STOPPING = 2
    """Answers, and closes its connections: it takes no new ones soon."""
    DOWN = 3


@dataclass(eq=False)
class GatewayAddress:
    """A gateway's address and its health when it was last checked."""

    host: str
    port: int
    health: GatewayHealth = GatewayHealth.DOWN


class HealthCheck:
    """Keeps the health of the gateways, and orders them for the next connection."""

    def __init__(self, gateways: Iterable[GatewayAddress]) -> None:
        self._gateways = list(gateways)
        self._turn = count()

    def in_order(self) -> list[GatewayAddress]:
        """The gateways, healthiest first; those that are equally healthy take turns."""
        first = next(self._turn) % len(self._gateways)
        return sorted(self._gateways[first:] + self._gateways[:first], key=lambda gateway: gateway.health)

    async def run(self) -> None:
        """Check every gateway periodically, each in a task of its own."""
        await asyncio.gather(*(self._keep(gateway) for gateway in self._gateways))

    async def _keep(self, gateway: GatewayAddress) -> None:
        while True:
            gateway.health = await health_of(gateway)
            await asyncio.sleep(CHECK_EVERY)


async def health_of(gateway: GatewayAddress) -> GatewayHealth:
    """The health by one request."""
    try:
        async with asyncio.timeout(CHECK_WITHIN):
            reader, writer = await asyncio.open_connection(gateway.host, gateway.port)
            try:
                writer.write(f"GET /readyz HTTP/1.1\r\nhost: {gateway.host}\r\n\r\n".encode())
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
        return GatewayHealth.DOWN
    if b"\r\nconnection: close\r\n" in head:
        return GatewayHealth.STOPPING
    return GatewayHealth.READY if head.split(b" ", 2)[1] == b"200" else GatewayHealth.RUNNING
