"""Health, rate limits, CORS, settings and the cache."""

import logging
from typing import Any

import pytest
from pydantic import ValidationError

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from contracts.operations import Health, Ping
from gateway.http import middleware
from gateway.identity.rate_limits import RateLimiter, parse_limits
from gateway.lookups.cache import Cache
from gateway.settings import GatewaySettings
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway, code

HEALTHY = Health(service="bookings", ready=True, now=builders.NOON)
PUBLIC = f"/api/public/hotels/{builders.HOTEL}/"


def test_the_gateway_is_alive_whatever_is_down(gateway: Gateway) -> None:
    gateway.accounts.down = True
    gateway.bus.up = False

    assert gateway.get("/livez").json() == {"status": "alive"}


def test_readiness_needs_every_dependency(gateway: Gateway) -> None:
    gateway.bus.answers(Ping, HEALTHY)

    answer = gateway.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"] == dict.fromkeys(
        ("broker", "database", "bookings", "payments", "rooms", "notifier"), "up"
    )


def test_readiness_names_each_dependency_that_is_down(gateway: Gateway) -> None:
    gateway.accounts.down = True
    gateway.bus.answers(Ping, Unavailable("nobody"))

    answer = gateway.get("/readyz/")

    assert answer.status_code == 503
    assert answer.json()["down"] == ["database", "bookings", "payments", "rooms", "notifier"]


def test_a_service_that_is_not_ready_says_why(gateway: Gateway) -> None:
    gateway.bus.answers(Ping, Health(service="x", ready=False, now=builders.NOON, problems=("stripe",)))

    assert gateway.get("/readyz/").json()["checks"]["payments"] == "not ready: stripe"


def test_a_rate_limited_response_says_when_to_retry() -> None:
    gateway = Gateway(rate_limits="public=2")
    try:
        answers = [gateway.get(PUBLIC) for _ in range(3)]
        staff = gateway.get(f"/api/staff/hotels/{builders.HOTEL}/me/")
    finally:
        gateway.close()

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert code(answers[-1]) == "RATE_LIMITED"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 30
    assert staff.status_code == 401


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    buckets = RateLimiter({"login": 10}, clock=lambda: now[0])
    for _ in range(10):
        buckets.take("login", "a")
    buckets.take("login", "b")

    with pytest.raises(Refusal):
        buckets.take("login", "a")
    now[0] += 6.1
    buckets.take("login", "a")


@pytest.mark.parametrize("text", ["", "sometimes", "public=0", "public=x", "staff=3"])
def test_invalid_rate_limits_are_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="is no rate limit"):
        parse_limits(text)


def test_rate_limits_are_empty_when_off_and_the_defaults_when_on() -> None:
    assert parse_limits("off") == {}
    caps = {"email_holds": 3, "email_nights": 30, "address_holds": 10}
    assert parse_limits("on") == {"public": 30, "guest": 60, "login": 10, "lookup": 10, **caps}
    assert parse_limits("public=100")["public"] == 100


def test_pages_of_configured_origins_may_call_and_read_what_they_need() -> None:
    gateway = Gateway(allowed_origins="https://hotel.example, https://board.example/")
    try:
        preflight = gateway.call(
            "OPTIONS",
            PUBLIC,
            headers={
                "Origin": "https://board.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "Idempotency-Key, Authorization, If-Match",
            },
        )
        answer = gateway.get(PUBLIC, headers={"Origin": "https://hotel.example"})
        stranger = gateway.get(PUBLIC, headers={"Origin": "https://evil.example"})
        refused = gateway.get("/nowhere", headers={"Origin": "https://hotel.example"})
    finally:
        gateway.close()

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "https://board.example"
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in stranger.headers
    assert refused.headers["access-control-allow-origin"] == "https://hotel.example"


def test_each_request_leaves_one_line_without_its_secrets(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers = logging.getLogger().handlers[:]
    logs.configure("gateway", level="INFO")
    monkeypatch.setattr(
        middleware, "log", logs.logger(middleware.__name__)
    )  # a logger keeps what it was first used with
    try:
        gateway.get(f"{PUBLIC}room-bookings/{builders.BOOKING}/?token=in-the-query", headers=GUEST)
    finally:
        logging.getLogger().handlers[:] = handlers
    output = capsys.readouterr().out

    lines = [line for line in output.splitlines() if '"request"' in line]
    assert len(lines) == 1
    assert '"route": "/api/public/hotels/{slug}/room-bookings/{booking_id}/"' in lines[0]
    assert '"status": 503' in lines[0]
    assert '"trace_id"' in lines[0]
    assert "in-the-query" not in output
    assert "guest-token-of-ada" not in output


def test_a_bad_limit_stops_the_start() -> None:
    with pytest.raises(ValueError, match="is no rate limit"):
        _ = GatewaySettings(rate_limits="lots", address_key="a" * 32).limits
    with pytest.raises(ValidationError):
        GatewaySettings(port=99999)


def test_the_documentation_is_served(gateway: Gateway) -> None:
    assert "swagger" in gateway.get("/docs").text.lower()


def test_the_cache_bridges_an_outage_and_shares_one_fetch(gateway: Gateway) -> None:
    import asyncio

    now, keys = [0.0], []

    async def ask(key: str) -> str:
        keys.append(key)
        await asyncio.sleep(0)
        if len(keys) > 1:
            raise Unavailable("gone")
        return key.upper()

    cache: Cache[str, str] = Cache(ask, max_age=5, clock=lambda: now[0])

    async def act(_: Any) -> None:
        assert await asyncio.gather(*(cache.get("a") for _ in range(10))) == ["A"] * 10
        assert keys == ["a"]
        now[0] = 6
        assert await cache.get("a") == "A"
        assert len(keys) == 2
        with pytest.raises(Unavailable):
            await cache.get("b")

    gateway.together(act)
