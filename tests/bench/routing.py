"""Routing on the real route table: the gateway's trie beside Starlette's own router, in CPU time of one process."""

import asyncio
import time
from collections.abc import Callable, Iterator
from types import MethodType
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match, Route
from starlette.types import Message, Scope

from chassis.observability import logs
from contracts.bookings.queries import GetBooking
from gateway.api.routes import operations
from gateway.app import build
from gateway.app_state import make_app_state
from gateway.http.router import TrieRouter
from gateway.http.routing import OperationRoute, router_of, routes_of
from gateway.identity.roles import Role
from gateway.settings import GatewaySettings
from tests.bench.harness import Comparison, Measured
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import FakeAccounts, FakeBus

MATCHES, REQUESTS = 40, 300
BOOKING = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/"


def routing() -> Iterator[Comparison]:
    """Matching alone, over every path; and a whole request that reads a booking, with a bus that answers at once."""
    logs.configure("gateway", level="WARNING")
    routes = routes_of(operations())
    trie = router_of(routes)
    plain = [Route(route.path, route.endpoint, methods=[route.operation.method]) for route in routes]
    scopes = [_scope(route.operation.method, route.path.format_map(_Samples())) for route in routes]

    def match_in_order(scope: Scope) -> bool:
        return any(route.matches(scope)[0] is Match.FULL for route in plain)

    yield Comparison(
        name=f"routing: a match, each of {len(routes)} paths",
        thing=lambda: _matches(lambda scope: trie.matches(scope)[0] is Match.FULL, scopes),
        yardstick=lambda: _matches(match_in_order, scopes),
        against="Starlette's router",
        goal=1,
    )
    yield Comparison(
        name="routing: a whole request, CPU",
        thing=_requests(with_trie=True),
        yardstick=_requests(with_trie=False),
        against="the same with Starlette's router",
        goal=1.03,
    )


class _Samples(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "7"


def _scope(method: str, path: str) -> Scope:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "query_string": b""}


def _matches(match: Callable[[Scope], bool], scopes: list[Scope]) -> Measured:
    started = time.process_time()
    matched = sum(match(scope) for _ in range(MATCHES) for scope in scopes)
    seconds = time.process_time() - started
    assert matched == MATCHES * len(scopes)
    return Measured(matched, seconds)


def _requests(*, with_trie: bool) -> Callable[[], Measured]:
    bus, accounts = FakeBus(), FakeAccounts()
    bus.answers(GetBooking, builders.in_house())
    headers = accounts.signed_in(builders.staff(Role.FRONT_DESK))
    settings = GatewaySettings(mode="demo", rate_limits="off")
    app = build(make_app_state(settings, bus=bus, accounts=accounts), settings=settings)
    if not with_trie:
        _use_starlette(app)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def send_all() -> None:
        for _ in range(REQUESTS):
            statuses: list[int] = []

            async def receive() -> Message:
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: Message, statuses: list[int] = statuses) -> None:
                statuses.append(message.get("status", 200))

            await app({**_scope("GET", BOOKING), "headers": raw, "client": ("127.0.0.1", 1)}, receive, send)
            assert set(statuses) == {200}

    def measure() -> Measured:
        started = time.process_time()
        asyncio.run(send_all())
        return Measured(REQUESTS, time.process_time() - started)

    return measure


def _use_starlette(app: FastAPI) -> None:
    """Take the trie out, and let each route match for itself, as Starlette has it."""
    app.router.routes[:] = [route for route in app.router.routes if not isinstance(route, TrieRouter)]
    for route in app.router.routes:
        if isinstance(route, OperationRoute):
            matches: Any = MethodType(APIRoute.matches, route)
            route.matches = matches  # type: ignore[method-assign]
