"""The courier: a background task that signs events and posts them until they are accepted."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import deque
from dataclasses import dataclass

import httpx
from stripe import WebhookSignature

from sandbox.stripe.webhooks import Drop, WebhookSettings
from sandbox.stripe.world import Json

_LOG_LENGTH = 20_000
_CONTENT_TYPE = "application/json; charset=utf-8"
_USER_AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"


@dataclass(slots=True)
class _Letter:
    event: Json
    due: float
    attempt: int = 1


class Courier:
    """Delivers what is `send`t, in order unless told otherwise; a refused letter comes again."""

    def __init__(self) -> None:
        self._awake = asyncio.Event()
        self._epoch = 0
        self._under_way: list[_Letter] = []
        self.reset(WebhookSettings())

    def reset(self, settings: WebhookSettings) -> None:
        """Forget every letter, drop and delivery; what is under way is not repeated."""
        self._epoch += 1
        self.settings = settings
        self.drops: list[Drop] = []
        self.deliveries: deque[Json] = deque(maxlen=_LOG_LENGTH)
        self._letters: list[_Letter] = []
        self._dice = random.Random(settings.seed)

    def change(self, settings: WebhookSettings) -> None:
        if settings.seed != self.settings.seed or settings.order != self.settings.order:
            self._dice = random.Random(settings.seed)
        self.settings = settings
        self._awake.set()

    def send(self, event: Json) -> None:
        """Queue an event for delivery, as often as the settings say, unless it is to be lost."""
        if self.settings.url is None:
            event["pending_webhooks"] = 0
        elif self._lost(event["type"]):
            self._log(event, attempt=0, outcome={"dropped": True})
        else:
            due = time.monotonic() + self.settings.delay
            self._letters += [_Letter(event, due) for _ in range(self.settings.copies)]
            self._awake.set()

    def waiting(self) -> int:
        """How many letters are queued, put off or under way."""
        return len(self._letters) + len(self._under_way)

    async def land(self, within: float = 1.0) -> None:
        """Wait until nothing is under way, so that nothing sent before arrives after."""
        deadline = time.monotonic() + within
        while self._under_way and time.monotonic() < deadline:
            await asyncio.sleep(0.005)

    async def run(self) -> None:
        """Deliver for ever."""
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                epoch, batch = self._epoch, self._due()
                while batch and not self.settings.paused and epoch == self._epoch:
                    self._under_way = batch[: self.settings.at_once]
                    del batch[: self.settings.at_once]
                    await asyncio.gather(*(self._deliver(client, x) for x in self._under_way))
                    self._under_way = []
                self._letters[:0] = batch if epoch == self._epoch else []
                await self._sleep()

    def _due(self) -> list[_Letter]:
        if self.settings.paused:
            return []
        now = time.monotonic()
        due = [letter for letter in self._letters if letter.due <= now]
        self._letters = [letter for letter in self._letters if letter.due > now]
        if self.settings.order == "reverse":
            due.reverse()
        if self.settings.order == "shuffle":
            self._dice.shuffle(due)
        return due

    async def _sleep(self) -> None:
        self._awake.clear()
        wait: float | None = None
        if self._letters and not self.settings.paused:
            wait = max(min(letter.due for letter in self._letters) - time.monotonic(), 0)
        try:
            await asyncio.wait_for(self._awake.wait(), wait)
        except TimeoutError:
            return

    async def _deliver(self, client: httpx.AsyncClient, letter: _Letter) -> None:
        settings, epoch = self.settings, self._epoch
        payload = json.dumps(letter.event)
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
        self._log(letter.event, attempt=letter.attempt, outcome=outcome)
        if accepted:
            letter.event["pending_webhooks"] = 0
        elif settings.attempts is None or letter.attempt < settings.attempts:
            patience = min(settings.first_retry * 2 ** (letter.attempt - 1), settings.longest_retry)
            self._letters.append(_Letter(letter.event, time.monotonic() + patience, letter.attempt + 1))

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
    """The Stripe-Signature of a payload, by every active secret, at this moment of real time."""
    now = int(time.time())
    signed = [WebhookSignature.generate_signature_header(payload, secret, now) for secret in secrets]
    return ",".join([f"t={now}", *(header.partition(",")[2] for header in signed)])
