"""A good client repeats what failed under the same key, and reports every unexpected answer."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from sandbox.chaos.client import api as client_api
from sandbox.chaos.client import operations
from sandbox.chaos.client.api import RepeatingClient
from sandbox.chaos.client.attempts import AttemptLog
from sandbox.chaos.client.operations import ClientOperation
from sandbox.chaos.client.request_pacer import RequestPacer
from sandbox.gateway_response import GatewayResponse

PATH = {"hotel": "hotel-killarney", "booking": "BK-1"}
CREATED = httpx.Response(201, json={"booking_id": "BK-1"})


@dataclass
class Script:
    """Answers requests one after the other; None cuts the connection. The last one is repeated."""

    answers: Sequence[httpx.Response | None]
    keys: list[str | None] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers.get("Idempotency-Key"))
        answer = self.answers[min(len(self.keys), len(self.answers)) - 1]
        if answer is None:
            raise httpx.RemoteProtocolError("cut")
        return answer


@contextmanager
def scripted(
    monkeypatch: pytest.MonkeyPatch, *answers: httpx.Response | None
) -> Iterator[tuple[RepeatingClient, Script]]:
    script = Script(answers)
    monkeypatch.setattr(client_api, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(client_api, "PATIENCE", 1.0)
    transport = httpx.MockTransport(script)
    yield RepeatingClient("http://system", AttemptLog(), RequestPacer(1_000), transport=transport), script


def perform(client: RepeatingClient, *, allowed: frozenset[str] = frozenset()) -> GatewayResponse | None:
    rng = random.Random(1)
    return asyncio.run(client.perform(operations.CREATE, PATH, body={}, allowed=allowed, rng=rng))


def refusal(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code}}, headers=headers)


def test_what_failed_is_repeated_with_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    running = refusal(409, "IDEMPOTENCY_IN_PROGRESS", **{"Retry-After": "0"})
    with scripted(monkeypatch, None, httpx.Response(503), running, CREATED) as (client, script):
        answer = perform(client)

    assert answer is not None
    assert answer.body == {"booking_id": "BK-1"}
    assert len(script.keys) == 4
    assert len(set(script.keys)) == 1
    assert [attempt.status for attempt in client.log.attempts] == [None, 503, 409, 201]
    assert [attempt.failed for attempt in client.log.attempts] == [True, True, False, False]
    assert client.log.unexpected == []


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409, 422, 429, 500, 502])
def test_any_other_status_is_unexpected_and_not_repeated(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with scripted(monkeypatch, refusal(status, "SOME_CODE")) as (client, script):
        answer = perform(client)

    assert answer is None
    assert len(script.keys) == 1
    [unexpected] = client.log.unexpected
    assert unexpected.what.startswith(f"{status} SOME_CODE")


def test_a_refusal_is_expected_only_where_it_may_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(monkeypatch, refusal(409, "SOLD_OUT")) as (client, _):
        allowed = perform(client, allowed=frozenset({"SOLD_OUT"}))

    assert allowed is not None
    assert not allowed.ok
    assert client.log.unexpected == []


def test_a_client_gives_up_without_knowing_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(monkeypatch, None) as (client, script):
        answer = perform(client)

    assert answer is None
    assert len(script.keys) > 3
    assert client.log.unexpected == []


@pytest.mark.parametrize(("operation", "most"), [(operations.PLAN_ROOMS, 1), (operations.CREATE, 3)])
def test_what_is_carried_out_one_at_a_time_is_asked_for_one_at_a_time(operation: ClientOperation, most: int) -> None:
    under_way, requests_at_once = 0, list[int]()

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal under_way
        under_way += 1
        requests_at_once.append(under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return httpx.Response(operation.success[0], json={})

    async def three() -> None:
        client = RepeatingClient(
            "http://system", AttemptLog(), RequestPacer(1_000), transport=httpx.MockTransport(answer)
        )
        each = (client.perform(operation, PATH, body={}, rng=random.Random(number)) for number in range(3))
        await asyncio.gather(*each)

    asyncio.run(three())

    assert max(requests_at_once) == most
