"""A client of the HTTP API that repeats failed requests with the same key, and records every attempt."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.chaos.client.attempts import FAILED, Attempt, AttemptLog, UnexpectedAnswer
from sandbox.chaos.client.operations import STILL_RUNNING, ClientOperation
from sandbox.chaos.client.request_pacer import RequestPacer
from sandbox.gateway_response import GatewayResponse

ANSWERED_WITHIN = 20.0  # seconds; longer than any deadline of the gateway for these operations
PATIENCE = 75.0  # seconds in which a request is repeated
LONGEST_PAUSE = 2.0
SHORT = 300  # characters of an unexpected body in the report


@dataclass
class RepeatingClient:
    """The connections of all clients of a run. `stopping` ends repetitions."""

    url: str
    log: AttemptLog
    pacer: RequestPacer
    stopping: Callable[[], bool] = lambda: False
    transport: httpx.AsyncBaseTransport | None = None
    _http: httpx.AsyncClient = field(init=False)
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=2.0)
        self._http = httpx.AsyncClient(
            base_url=self.url, timeout=ANSWERED_WITHIN, trust_env=False, limits=limits, transport=self.transport
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def perform(
        self,
        operation: ClientOperation,
        path: Mapping[str, str],
        *,
        token: str = "",
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        allowed: frozenset[str] = frozenset(),
        rng: random.Random,
    ) -> GatewayResponse | None:
        """The answer, or None where the outcome is unknown after `PATIENCE`, or the answer is unexpected.

        `allowed` are the codes of refusals (409) that may happen here.
        """
        async with self._turns[operation.name] if operation.one_at_a_time else nullcontext():
            return await self._performed(
                operation, path, token=token, body=body, params=params, allowed=allowed, rng=rng
            )

    async def _performed(
        self,
        operation: ClientOperation,
        path: Mapping[str, str],
        *,
        token: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str] | None,
        allowed: frozenset[str],
        rng: random.Random,
    ) -> GatewayResponse | None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if operation.has_key:
            headers["Idempotency-Key"] = f"{rng.getrandbits(128):032x}"
        request = {"headers": headers, "json": body, "params": params}
        give_up, pause = time.monotonic() + PATIENCE, 0.2
        while True:
            answer = await self._attempt(operation, path, request)
            wait = pause * rng.uniform(0.5, 1.0)
            if answer is None:
                pause = min(2 * pause, LONGEST_PAUSE)
            elif answer.status == 409 and answer.code in STILL_RUNNING:
                wait = min(float(answer.headers.get("retry-after", 1)), LONGEST_PAUSE)
            else:
                return self._expected(operation, path, answer, allowed)
            if time.monotonic() + wait > give_up or self.stopping():
                return None
            await asyncio.sleep(wait)

    async def _attempt(
        self, operation: ClientOperation, path: Mapping[str, str], request: Mapping[str, Any]
    ) -> GatewayResponse | None:
        """One request. None where it failed: 503, 504 or no answer."""
        await self.pacer.wait_for_turn()
        started, answer, detail = time.monotonic(), None, ""
        try:
            response = await self._http.request(operation.method, operation.path.format(**path), **request)
            answer = GatewayResponse.of(response)
        except httpx.HTTPError as error:
            detail = f"{type(error).__name__} {error}"
        status = answer.status if answer else None
        failed = answer is None or answer.status in FAILED
        if answer and failed:
            detail = str(answer.body)[:SHORT]
        self.log.add(Attempt(operation.name, started, time.monotonic(), status, detail))
        return None if failed else answer

    def _expected(
        self, operation: ClientOperation, path: Mapping[str, str], answer: GatewayResponse, allowed: frozenset[str]
    ) -> GatewayResponse | None:
        if answer.status in operation.success or (answer.status == 409 and answer.code in allowed):
            return answer
        what = f"{answer.status} {answer.code} {str(answer.body)[:SHORT]}"
        subject = " ".join(str(value) for value in path.values())
        self.log.add_unexpected(UnexpectedAnswer(time.monotonic(), operation.name, subject, what))
        return None
