"""Right sign-ins during a flood of wrong ones from a hundred other addresses."""

import asyncio
import itertools
import json
import time

from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, send

ADDRESSES = 100
RIGHT = 12
JSON = ("Content-Type", "application/json")
FLOOD_ANSWERS = {401, 429, 503}


class Flood:
    """Signs in at the gateway, which trusts this machine as a proxy: each request names its address."""

    def __init__(self, gateway: str, account: dict[str, str]) -> None:
        self._gateway = gateway
        self._account = account
        self._addresses = itertools.count()

    def quiet(self) -> Measured:
        """Right sign-ins alone."""
        return asyncio.run(self._measure(flood=0))

    def flooded(self) -> Measured:
        """Right sign-ins, each from a new address, while the flood goes on."""
        return asyncio.run(self._measure(flood=ADDRESSES))

    async def _measure(self, *, flood: int) -> Measured:
        over = asyncio.Event()
        wrong = [asyncio.create_task(self._wrong(number, over)) for number in range(flood)]
        await asyncio.sleep(0.5 if flood else 0)
        latencies = []
        for _ in range(RIGHT):
            began = time.perf_counter()
            status = await self._sign_in(right_address(next(self._addresses)), self._account["password"])
            latencies.append(time.perf_counter() - began)
            assert status == 200, status
        over.set()
        floods = await asyncio.gather(*wrong)
        assert not flood or sum(floods) > RIGHT, "the flood was none"
        return Measured(RIGHT, sum(latencies), latencies)

    async def _wrong(self, number: int, over: asyncio.Event) -> int:
        sent = 0
        while not over.is_set():
            status = await self._sign_in(wrong_address(number), f"wrong horse battery {number}")
            assert status in FLOOD_ANSWERS, status
            sent += 1
        return sent

    async def _sign_in(self, address: str, password: str) -> int:
        return await send(self._gateway, sign_in(self._account["email"], password, address))


def right_address(number: int) -> str:
    """Where right sign-ins come from: each from another address."""
    return f"203.0.{number // 250 % 250}.{1 + number % 250}"


def wrong_address(number: int) -> str:
    """Where the flood comes from."""
    return f"198.51.100.{1 + number % ADDRESSES}"


def sign_in(email: str, password: str, address: str) -> Request:
    """A sign-in that a proxy passes on for this address."""
    body = json.dumps({"email": email, "password": password}).encode()
    return Request("POST", "/api/staff/login/", (JSON, ("X-Forwarded-For", address)), body)


def signing_in(gateway: str, account: dict[str, str]) -> Comparison:
    """The row: a right sign-in during the flood takes at most three seconds."""
    flood = Flood(gateway, account)
    return Comparison(
        name="sign in during a flood from 100 addresses",
        thing=flood.flooded,
        yardstick=flood.quiet,
        against="the same without a flood",
        p99=3_000,
    )
