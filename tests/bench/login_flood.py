"""150 wrong sign-ins at once, while one right sign-in comes, a guest books and a member of staff works."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.harness import Measured
from tests.bench.http_load import Request, send
from tests.bench.over_http import creation
from tests.bench.signing_in import FLOOD_ANSWERS, right_address, sign_in, wrong_address

AT_ONCE = 150
OTHERS = 20  # bookings, and as many pages for staff, one after the other
SIGN_IN, BOOK, WORK = "sign in", "book", "read a staff list"


@dataclass
class LoginFlood:
    """Floods one gateway."""

    gateway: str
    account: dict[str, Any]
    staff_token: str
    _addresses: Any = field(default_factory=itertools.count)

    def run(self) -> dict[str, Measured]:
        """The times of `SIGN_IN`, `BOOK` and `WORK` during one flood."""
        latencies = asyncio.run(self._flood())
        return {what: Measured(len(each), sum(each), each) for what, each in latencies.items()}

    async def _flood(self) -> dict[str, list[float]]:
        await self._send(self._sign_in(right=True), {200})  # a stored hash gets this gateway's parameters
        wrong = [asyncio.create_task(self._send(self._sign_in(right=False), FLOOD_ANSWERS)) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.2)
        path = f"/api/staff/hotels/{self.account['hotel']}/room-bookings/"
        listing = Request("GET", path, (("Authorization", f"Bearer {self.staff_token}"),))
        signed_in, booked, worked = await asyncio.gather(
            self._timed(1, lambda _: self._send(self._sign_in(right=True), {200})),
            self._timed(OTHERS, lambda number: self._send(creation(number), {201})),
            self._timed(OTHERS, lambda _: self._send(listing, {200})),
        )
        await asyncio.gather(*wrong)
        return {SIGN_IN: signed_in, BOOK: booked, WORK: worked}

    def _sign_in(self, *, right: bool) -> Request:
        number = next(self._addresses)
        address = right_address(number) if right else wrong_address(number)
        return sign_in(self.account["email"], self.account["password"] if right else "wrong horse battery", address)

    async def _timed(self, count: int, one: Callable[[int], Awaitable[None]]) -> list[float]:
        latencies = []
        for number in range(count):
            began = time.perf_counter()
            await one(number)
            latencies.append(time.perf_counter() - began)
        return latencies

    async def _send(self, request: Request, statuses: set[int]) -> None:
        status = await send(self.gateway, request)
        assert status in statuses, f"{request.method} {request.path} answered {status}"
