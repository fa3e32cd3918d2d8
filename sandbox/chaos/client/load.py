"""The load: concurrent clients, each with one scenario after the other, in a thread of its own."""

import asyncio
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sandbox.chaos.client.accounts import ChaosHotel, sign_in
from sandbox.chaos.client.acknowledgements import AcknowledgementLog, StayRecord
from sandbox.chaos.client.api import RepeatingClient
from sandbox.chaos.client.attempts import AttemptLog
from sandbox.chaos.client.payment_page import PaymentPage
from sandbox.chaos.client.request_pacer import RequestPacer
from sandbox.chaos.client.scenarios import SCENARIOS, confirmed
from sandbox.chaos.client.visit import Visit

PROBED_STAY_AHEAD = timedelta(days=420)
POLL = 0.05  # seconds between two looks at whether clients may go on


@dataclass
class Load:
    """`clients` at once, `rate` requests a second altogether. Start it, pause it for the judge, stop it."""

    url: str
    stack: Mapping[str, Any]
    seed: int
    hotels: tuple[str, ...]
    rate: float = 25.0
    clients: int = 24
    clock_offset: float = 0.0
    log: AttemptLog = field(default_factory=AttemptLog)
    acknowledgements: AcknowledgementLog = field(default_factory=AcknowledgementLog)
    signed_in: list[ChaosHotel] = field(default_factory=list)
    failure: BaseException | None = None
    _going: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _signed_in: threading.Event = field(default_factory=threading.Event)
    _probed: StayRecord | None = None
    _busy: int = 0
    _visits: int = 0

    def start(self, *, within: float = 30.0) -> None:
        """Begin. Raises `RuntimeError` where staff cannot sign in."""
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._going.set()
        self._thread.start()
        self._signed_in.wait(within)
        self.check()

    def probed_stay(self) -> StayRecord:
        """A confirmed stay of the first hotel, about which nobody else does anything."""
        assert self._probed
        return self._probed

    def pause(self, *, within: float = 120.0) -> bool:
        """Begin no new scenario; whether all scenarios ended within so many seconds."""
        self._going.clear()
        waiting = threading.Event()
        for _ in range(int(within / POLL)):
            self.check()
            if not self._busy:
                return True
            waiting.wait(POLL)
        return False

    def resume(self) -> None:
        self._going.set()

    def stop(self) -> None:
        """End all clients, at the next answer."""
        self._stopping.set()
        self._thread.join()

    def check(self) -> None:
        """Raises what ended the clients unexpectedly: a fault of the client itself."""
        if self.failure:
            raise RuntimeError(f"the clients ended: {self.failure!r}") from self.failure

    def _run(self) -> None:
        try:
            asyncio.run(self._run_clients())
        except BaseException as error:
            self.failure = error
        finally:
            self._signed_in.set()

    async def _run_clients(self) -> None:
        api = RepeatingClient(self.url, self.log, RequestPacer(self.rate), self._stopping.is_set)
        page = PaymentPage(self.stack["stripe"]["url"])
        try:
            self.signed_in = await sign_in(api, self.stack, self.hotels)
            self._probed = await self._confirmed_stay(api, page)
            self._signed_in.set()
            async with asyncio.TaskGroup() as group:
                for _ in range(self.clients):
                    group.create_task(self._client(api, page))
        finally:
            await api.close()
            await page.close()

    async def _confirmed_stay(self, api: RepeatingClient, page: PaymentPage) -> StayRecord:
        rng = random.Random(f"{self.seed}/probes")
        visit = Visit(api, page, self.acknowledgements, self.signed_in[0], rng, self.clock_offset)
        stay = await visit.book(visit.today + PROBED_STAY_AHEAD, nights=1)
        if stay is None or not await confirmed(visit, stay):
            raise RuntimeError("the first booking was not confirmed")
        return stay

    async def _client(self, api: RepeatingClient, page: PaymentPage) -> None:
        while not self._stopping.is_set():
            if not self._going.is_set():
                await asyncio.sleep(POLL)
                continue
            self._visits += 1
            rng = random.Random(f"{self.seed}/{self._visits}")
            [scenario] = rng.choices(list(SCENARIOS), list(SCENARIOS.values()))
            self._busy += 1
            try:
                await scenario(
                    Visit(api, page, self.acknowledgements, rng.choice(self.signed_in), rng, self.clock_offset)
                )
            finally:
                self._busy -= 1
