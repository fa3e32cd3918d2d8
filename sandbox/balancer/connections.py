"""Passes the bytes of a client's connection on to one gateway, and the gateway's bytes back."""

import asyncio
from contextlib import suppress

from sandbox.balancer.health import GatewayAddress, GatewayHealth, HealthCheck

CONNECT_WITHIN = 1.0
PIECE = 65_536
NO_GATEWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\ncontent-length: 21\r\nretry-after: 1\r\n"
    b"connection: close\r\n\r\nNo gateway is there.\r\n"
)


async def connected(gateways: list[GatewayAddress]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A connection to the first of the gateways that accepts one. Nothing has been sent on it."""
    for gateway in gateways:
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                return await asyncio.open_connection(gateway.host, gateway.port)
        except (OSError, TimeoutError):
            gateway.health = GatewayHealth.DOWN
    return None


class Balancer:
    """Gives each connection to one gateway. A connection that was given stays there, whatever becomes of it."""

    def __init__(self, health: HealthCheck) -> None:
        self._health = health

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until either side closes the connection."""
        try:
            first = await reader.read(PIECE)  # a gateway is chosen for the request, not for an idle connection
            if first and (gateway := await connected(self._health.in_order())):
                await _pass_both_ways(first, (reader, writer), gateway)
            elif first:
                writer.write(NO_GATEWAY)
                await writer.drain()
        except OSError:
            pass
        finally:
            await _close(writer)


async def _pass_both_ways(
    first: bytes,
    client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    gateway: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Pass on until the gateway has closed. A client that is done sending still gets its answer."""
    gateway[1].write(first)
    there = asyncio.create_task(_pass_on(client[0], gateway[1]))
    try:
        await _pass_on(gateway[0], client[1])
    finally:
        there.cancel()
        with suppress(asyncio.CancelledError):
            await there
        await _close(gateway[1])


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(PIECE):
            target.write(piece)
            await target.drain()
        target.write_eof()
    except OSError:  # either side has reset its connection
        target.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
