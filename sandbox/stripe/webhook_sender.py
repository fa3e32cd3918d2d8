"""The webhook sender: a background task that signs events and posts them until they are accepted."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from stripe import WebhookSignature

from sandbox.records import NotStored
from sandbox.stripe.store import Json
from sandbox.stripe.webhook_settings import Drop, WebhookSettings

_LOG_LENGTH = 20_000
_STORE_AGAIN_AFTER = 1.0
_CONTENT_TYPE = "application/json; charset=utf-8"
_USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


@dataclass(slots=True)
class _Delivery:
    event: Json
    due: float
    attempt: int = 1


class WebhookSender:
    """Delivers queued events in the configured order; a failed delivery is retried.

    `before_sending` is called before events leave; where it raises NotStored, they wait. `finished` is called with each
    event that need not be sent any more.
    """

    def __init__(self) -> None:
        self._wakeup = asyncio.Event()
        self._epoch = 0
        self._in_flight: list[_Delivery] = []
        self.before_sending: Callable[[], None] = lambda: None
        self.finished: Callable[[Json], None] = lambda _: None
        self.reset(WebhookSettings())

    def reset(self, settings: WebhookSettings) -> None:
        """Delete every queued event, drop and delivery record; deliveries in flight are not retried."""
        self._epoch += 1
        self.settings = settings
        self.drops: list[Drop] = []
        self.deliveries: deque[Json] = deque(maxlen=_LOG_LENGTH)
        self._queue: list[_Delivery] = []
        self._random = random.Random(settings.seed)

    def change(self, settings: WebhookSettings) -> None:
        if settings.seed != self.settings.seed or settings.order != self.settings.order:
            self._random = random.Random(settings.seed)
        self.settings = settings
        self._wakeup.set()

    def send(self, event: Json) -> None:
        """Queue the configured number of copies of an event, unless a drop matches."""
        if self.settings.url is None:
            event["pending_webhooks"] = 0
            self.finished(event)
        elif self._lost(event["type"]):
            self._log(event, attempt=0, outcome={"dropped": True})
            self.finished(event)
        else:
            due = time.monotonic() + self.settings.delay
            self._queue += [_Delivery(event, due) for _ in range(self.settings.copies)]
            self._wakeup.set()

    def waiting(self) -> int:
        """The number of deliveries queued, postponed or in flight."""
        return len(self._queue) + len(self._in_flight)

    async def wait_idle(self, within: float = 1.0) -> None:
        """Wait until no delivery is in flight, so that no earlier delivery arrives after the call."""
        deadline = time.monotonic() + within
        while self._in_flight and time.monotonic() < deadline:
            await asyncio.sleep(0.005)

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                epoch, batch = self._epoch, self._due()
                while batch and not self.settings.paused and epoch == self._epoch and await self._stored():
                    self._in_flight = batch[: self.settings.at_once]
                    del batch[: self.settings.at_once]
                    await asyncio.gather(*(self._deliver(client, x) for x in self._in_flight))
                    self._in_flight = []
                self._queue[:0] = batch if epoch == self._epoch else []
                await self._sleep()

    async def _stored(self) -> bool:
        try:
            self.before_sending()
        except NotStored:
            await asyncio.sleep(_STORE_AGAIN_AFTER)
            return False
        return True

    def _due(self) -> list[_Delivery]:
        if self.settings.paused:
            return []
        now = time.monotonic()
        due = [delivery for delivery in self._queue if delivery.due <= now]
        self._queue = [delivery for delivery in self._queue if delivery.due > now]
        if self.settings.order == "reverse":
            due.reverse()
        if self.settings.order == "shuffle":
            self._random.shuffle(due)
        return due

    async def _sleep(self) -> None:
        self._wakeup.clear()
        wait: float | None = None
        if self._queue and not self.settings.paused:
            wait = max(min(delivery.due for delivery in self._queue) - time.monotonic(), 0)
        try:
            async with asyncio.timeout(wait):
                await self._wakeup.wait()
        except TimeoutError:
            return

    async def _deliver(self, client: httpx.AsyncClient, delivery: _Delivery) -> None:
        settings, epoch = self.settings, self._epoch
        payload = json.dumps(delivery.event)
        headers = {
            "Content-Type": _CONTENT_TYPE,
            "User-Agent": _USER_AGENT,
            "Stripe-Signature": signature(payload, settings.secrets),
        }
        started = time.monotonic()
        try:
            answer = await client.post(settings.url or "", content=payload, headers=headers, timeout=settings.timeout)
            accepted = answer.is_success
            outcome: Json = {"status": answer.status_code, "body": answer.text[:500]}
        except httpx.HTTPError as error:
            accepted = False
            outcome = {"error": f"{type(error).__name__}: {error}"}
        if epoch != self._epoch:
            return
        outcome["milliseconds"] = round((time.monotonic() - started) * 1000, 2)
        self._log(delivery.event, attempt=delivery.attempt, outcome=outcome)
        if accepted:
            delivery.event["pending_webhooks"] = 0
            self.finished(delivery.event)
        elif settings.attempts is None or delivery.attempt < settings.attempts:
            backoff = min(settings.first_retry * 2 ** (delivery.attempt - 1), settings.longest_retry)
            self._queue.append(_Delivery(delivery.event, time.monotonic() + backoff, delivery.attempt + 1))
        else:
            self.finished(delivery.event)

    def _lost(self, event_type: str) -> bool:
        for drop in self.drops:
            if drop.times != 0 and re.search(drop.type, event_type):
                drop.times = drop.times and drop.times - 1
                return True
        return False

    def _log(self, event: Json, *, attempt: int, outcome: Json) -> None:
        blank: Json = {"status": None, "body": None, "error": None, "dropped": False}
        entry = {"event": event["id"], "type": event["type"], "attempt": attempt, "at": time.time()}
        self.deliveries.append({**entry, "milliseconds": None, **blank, **outcome})


def signature(payload: str, secrets: list[str]) -> str:
    """The header `Stripe-Signature` for a payload: a signature by every active secret, at the current real time."""
    now = int(time.time())
    signed = [WebhookSignature.generate_signature_header(payload, secret, now) for secret in secrets]
    return ",".join([f"t={now}", *(header.partition(",")[2] for header in signed)])
