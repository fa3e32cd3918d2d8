"""Verifies asks before they are handled: the asker, the deadline, the first use of the message id, and the caller."""

import heapq
import time
from collections.abc import Mapping
from typing import Any

import pika

from chassis import codec
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import (
    ASKER,
    DEADLINE,
    SIGNATURE,
    ask_content,
    canonical,
    is_vouched,
)
from chassis.refusal import Unavailable
from contracts.askers import ASKS, EVERY_SERVICE, GATEWAY, may_ask
from contracts.values import Caller

LONGEST_DEADLINE = 600.0  # seconds; a later deadline would have the message id remembered for too long
MOST_IDS = 200_000

NO_RIGHTS = dict(codec.plain(Caller()))
NOBODY = canonical(NO_RIGHTS)
SYSTEM = canonical(codec.plain(Caller(kind="system")))


class AskRefused(Unavailable):
    """The ask is not believed; nothing was done."""


class UsedIds:
    """The message ids of asks whose deadline has not passed."""

    def __init__(self, most: int = MOST_IDS) -> None:
        self._most = most
        self._ids: set[str] = set()
        self._by_deadline: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._ids)

    def use(self, message_id: str, *, until: float, now: float) -> str:
        """Remember the id; returns why that is not possible, or nothing."""
        while self._by_deadline and self._by_deadline[0][0] < now:
            self._ids.discard(heapq.heappop(self._by_deadline)[1])
        if message_id in self._ids:
            return "its message id was used before"
        if len(self._ids) >= self._most:
            return f"{self._most} asks with a later deadline are remembered"
        self._ids.add(message_id)
        heapq.heappush(self._by_deadline, (until, message_id))
        return ""


class AskVerifier:
    """Verifies the asks to one process. Without keys, which only a demo permits, every ask is believed."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._used = UsedIds()

    def verify(self, method: str, properties: pika.BasicProperties, body: bytes) -> str:
        """The asker of an ask. Raises `AskRefused`."""
        keyring, headers = self._keyring, properties.headers or {}
        asker, deadline, now = str(headers.get(ASKER, "")), headers.get(DEADLINE), time.time()
        if isinstance(deadline, int) and deadline / 1000 < now:
            raise AskRefused("the ask is refused: its deadline has passed")
        if not keyring:
            return ""
        content = ask_content(asker, keyring.user, method, properties, body)
        if not headers.get(SIGNATURE):
            raise AskRefused("the ask is refused: it is not signed")
        if not keyring.verify(asker, content, str(headers[SIGNATURE])):
            who = asker if asker in ASKS else "a known asker"
            raise AskRefused(f"the ask is refused: {who} did not sign it for {keyring.user}")
        if not isinstance(deadline, int) or deadline / 1000 > now + LONGEST_DEADLINE:
            raise AskRefused(f"the ask is refused: its deadline is not within {LONGEST_DEADLINE:g} s")
        if not may_ask(asker, keyring.user, method):
            raise AskRefused(f"the ask is refused: {asker} may not ask {method}")
        if problem := self._used.use(properties.correlation_id or "", until=deadline / 1000, now=now):
            raise AskRefused(f"the ask is refused: {problem}")
        return asker

    def verify_caller(self, asker: str, method: str, context: Mapping[str, Any]) -> None:
        """Raise `AskRefused` unless this asker may ask on behalf of the context's caller.

        The system asks by itself, except at the gateway, which has only the asks of every service. For any other caller
        the gateway signs the ask or a voucher. A caller without any right needs neither.
        """
        if not self._keyring:
            return
        try:
            believed = self._believes(asker, method, context)
        except (TypeError, ValueError, AttributeError) as problem:
            raise AskRefused("the ask is refused: its caller cannot be read") from problem
        if not believed:
            raise AskRefused(f"the ask is refused: {asker} may not ask {method} for this caller")

    def _believes(self, asker: str, method: str, context: Mapping[str, Any]) -> bool:
        caller = canonical(NO_RIGHTS | dict(context.get("caller") or {}))
        if caller == NOBODY:
            return True
        if caller[0] == SYSTEM[0]:
            return caller == SYSTEM and (asker != GATEWAY or method in ASKS[GATEWAY][EVERY_SERVICE])
        return asker == GATEWAY or is_vouched(self._keyring, context)
