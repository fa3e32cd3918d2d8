"""Guests who look, book, read and cancel over HTTP, so many times a second, whatever the system does meanwhile."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, cycle
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

import httpx

from sandbox.demo.booking_steps import new_guest
from sandbox.demo.search_steps import stay_params

REQUESTS_PER_SECOND = 22
ANSWERED_WITHIN = 15.0  # seconds
NO_ANSWER = 0
FIRST_NIGHT, NIGHTS, ROOM_TYPES = 20, 300, ("SGL", "DBL", "TWN")
_STAYS = count()  # of every traffic on one system: no two of them want the same night and type before all were wanted


@dataclass(frozen=True)
class SentRequest:
    """A request with the status of its answer; times are those of `time.monotonic`."""

    operation: str
    began: float
    ended: float
    status: int

    @property
    def failed(self) -> bool:
        """Whether the request got no answer, or one that says that the system failed."""
        return self.status == NO_ANSWER or self.status >= 500


@dataclass
class AcknowledgedBooking:
    """A booking that the guest was told of, in the status that the guest was told last, or may not have been told."""

    path: str
    token: str
    statuses: set[str]


@dataclass(eq=False)
class Traffic:
    """Sends requests from the beginning of a `with` block to its end, at their moments, without waiting for answers."""

    gateway: str
    hotel: str
    today: date
    requests: list[SentRequest] = field(default_factory=list)
    acknowledged: list[AcknowledgedBooking] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _ending: threading.Event = field(default_factory=threading.Event)
    _numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self._public = f"/api/public/hotels/{self.hotel}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._flow()), name="traffic")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ending.set()
        self._thread.join()

    def failed(self, *, since: float = 0.0, until: float = float("inf")) -> list[SentRequest]:
        """The failed requests that began in this time."""
        return [each for each in self.requests if each.failed and since <= each.began < until]

    async def _flow(self) -> None:
        limits = httpx.Limits(max_connections=None)
        options: dict[str, Any] = {"base_url": self.gateway, "limits": limits, "timeout": ANSWERED_WITHIN}
        async with httpx.AsyncClient(trust_env=False, **options) as client, asyncio.TaskGroup() as requests:
            began = time.monotonic()
            reading = (self._look, self._read, self._look, self._read, self._read)
            operations = cycle((self._book, *reading, self._cancel, *reading))
            for number, operation in enumerate(operations):
                await asyncio.sleep(max(0.0, began + number / REQUESTS_PER_SECOND - time.monotonic()))
                if self._ending.is_set():
                    return
                requests.create_task(self._exchange(client, operation))

    async def _exchange(
        self, client: httpx.AsyncClient, operation: Callable[[httpx.AsyncClient], Awaitable[int]]
    ) -> None:
        began, status = time.monotonic(), NO_ANSWER
        try:
            status = await operation(client)
        except httpx.HTTPError:
            status = NO_ANSWER
        name = operation.__name__.removeprefix("_")
        self.requests.append(SentRequest(name, began, time.monotonic(), status))

    async def _look(self, client: httpx.AsyncClient) -> int:
        check_in = self.today + timedelta(days=FIRST_NIGHT + next(self._numbers) % NIGHTS)
        params = {"check_in": str(check_in), "check_out": str(check_in + timedelta(days=1)), "adults": "2"}
        return self._status(await client.get(f"{self._public}/availability/", params=params), 200)

    async def _book(self, client: httpx.AsyncClient) -> int:
        check_in, room_type = self._night()
        body = {**stay_params(room_type, check_in=check_in), "adults": 1, "guest": new_guest()}
        headers = {"Idempotency-Key": token_hex(16)}
        answer = await client.post(f"{self._public}/room-bookings/", json=body, headers=headers)
        if answer.status_code == 201:
            booking = answer.json()
            path = f"{self._public}/room-bookings/{booking['booking_id']}"
            self.acknowledged.append(AcknowledgedBooking(path, booking["guest_token"], {booking["status"]}))
        return self._status(answer, 201)

    async def _read(self, client: httpx.AsyncClient) -> int:
        if not self.acknowledged:
            return await self._look(client)
        booking = self.acknowledged[next(self._numbers) * 7 % len(self.acknowledged)]
        return self._status(await client.get(f"{booking.path}/", headers=_bearer(booking)), 200)

    async def _cancel(self, client: httpx.AsyncClient) -> int:
        open_ones = (each for each in reversed(self.acknowledged) if each.statuses == {"PENDING_PAYMENT"})
        if (booking := next(open_ones, None)) is None:
            return await self._look(client)
        booking.statuses.add("CANCELLED")
        answer = await client.post(f"{booking.path}/cancel/", json={}, headers=_bearer(booking))
        if answer.status_code == 200:
            booking.statuses = {"CANCELLED"}
        return self._status(answer, 200)

    def _night(self) -> tuple[date, str]:
        round_number, night = divmod(next(_STAYS), NIGHTS)
        return self.today + timedelta(days=FIRST_NIGHT + night), ROOM_TYPES[round_number % len(ROOM_TYPES)]

    def _status(self, answer: httpx.Response, expected: int) -> int:
        if answer.status_code != expected and answer.status_code < 500:
            self.refused.append(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
            )
        return answer.status_code


def _bearer(booking: AcknowledgedBooking) -> dict[str, str]:
    return {"Authorization": f"Bearer {booking.token}"}
