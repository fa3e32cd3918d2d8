"""A bounded HTTP load on loopback: so many keep-alive clients, so many requests, every answer checked."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.bench.harness import Measured


@dataclass(frozen=True)
class Request:
    """One request, ready to send."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def raw(self, host: str) -> bytes:
        """The bytes on the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


Check = Callable[[int, bytes], bool]


def load(
    url: str,
    make: Callable[[int], Request],
    check: Check,
    *,
    clients: int,
    requests: int,
    a_second: float | None = None,
) -> Measured:
    """Send them all; raises where an answer is not what it should be.

    As fast as they are answered, or so many `a_second`: each then has its moment, and its latency counts from there.
    """
    return asyncio.run(_load(url, make, check, clients=clients, requests=requests, pace=a_second))


async def _load(
    url: str,
    make: Callable[[int], Request],
    check: Check,
    *,
    clients: int,
    requests: int,
    pace: float | None,
) -> Measured:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    numbers = iter(range(requests))
    latencies: list[float] = []
    lines = [await asyncio.open_connection(host, port) for _ in range(clients)]

    async def moment(number: int) -> float:
        if pace is None:
            return time.perf_counter()
        its = first + number / pace
        await asyncio.sleep(max(0.0, its - time.perf_counter()))
        return its

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in numbers:
            request = make(number)
            began = await moment(number)
            writer.write(request.raw(f"{host}:{port}"))
            status, body = await answer_of(reader)
            latencies.append(time.perf_counter() - began)
            if not check(status, body):
                raise AssertionError(f"{request.method} {request.path} answered {status}: {body[:300]!r}")
        writer.close()

    first = time.perf_counter()
    await asyncio.gather(*(client(*line) for line in lines))
    return Measured(requests, time.perf_counter() - first, latencies)


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer: its status and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at < 0:
        raise AssertionError(f"an answer without a length: {head!r}")
    length = int(lowered[at + 15 : lowered.index(b"\r\n", at)])
    return status, await reader.readexactly(length) if length else b""


async def send(url: str, request: Request) -> int:
    """Send one request over a connection of its own; returns the status of the answer."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request.raw(f"{host}:{port}"))
        status, _ = await answer_of(reader)
    finally:
        writer.close()
    return status
