"""A bus and accounts that tests fill, and a client that speaks HTTP to the application around them."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.message import Ask, Envelope, reply_type
from contracts.notifier.channel_authorisation import DescribeRealtime
from contracts.rooms.hotels import GetHotel
from contracts.values import Context
from gateway.app import build
from gateway.app_state import make_app_state
from gateway.bus.port import DEADLINE
from gateway.bus.subscriptions import EventSubscription, EventSubscriptions
from gateway.identity.accounts import UNKNOWN_CLIENT, Client, SignedIn, Staff
from gateway.identity.passwords import password_problem
from gateway.settings import GatewaySettings
from tests.unit.gateway import builders

GUEST_TOKEN = "guest-token-of-ada"
GUEST = {"Authorization": f"Bearer {GUEST_TOKEN}"}


class FakeBus:
    """Answers asks with what a test put there: a reply, a function of message and context, or an exception."""

    def __init__(self) -> None:
        self.up = True
        self.refused: dict[str, int] = {"asks": 0, "events": 0}
        self.asks: list[tuple[Ask[Any], Context]] = []
        self.subscriptions = EventSubscriptions()
        self.replayed = False
        self._answers: dict[type[Any], Any] = {}
        self.answers(GetHotel, _hotel)
        self.answers(DescribeRealtime, builders.realtime())

    def answers(self, message: type[Any], reply: Any) -> None:
        self._answers[message] = reply

    async def ask(
        self, message: Ask[Any], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Any, bool]:
        assert codec.typed(codec.decode(codec.encode(message)), type(message)) == message  # the service gets the same
        self.asks.append((message, context))
        reply = self._answers.get(type(message), Unavailable(f"nobody answers {type(message).__name__}"))
        if callable(reply):
            reply = reply(message, context)
        if isinstance(reply, Exception):
            raise reply
        return codec.typed(codec.decode(codec.encode(reply)), reply_type(type(message))), self.replayed

    def subscribe(self, booking_id: str) -> AbstractContextManager[EventSubscription]:
        return self.subscriptions.subscribe(booking_id)

    def interrupt(self) -> None:
        self.subscriptions.interrupt()

    async def depths(self, queues: Iterable[str]) -> dict[str, int]:
        """Empty queues; `Unavailable` where the broker is down."""
        if not self.up:
            raise Unavailable("the broker is away")
        return dict.fromkeys(queues, 0)

    def happens(self, kind: str, *, sequence: int = 9, booking_id: str = builders.BOOKING) -> None:
        """Publish an event: its subscribers get it soon."""
        event = Envelope(
            id="e", source="bookings", type=kind, subject=booking_id, time=datetime.now(UTC), sequence=sequence,
            hotel=builders.HOTEL, data={}, dataschema="",
        )  # fmt: skip
        asyncio.get_running_loop().call_soon(self.subscriptions.deliver, event)

    def last(self, message: type[Any]) -> Any:
        """The latest ask of this kind."""
        return next(ask for ask, _ in reversed(self.asks) if isinstance(ask, message))

    def last_context(self, message: type[Any]) -> Context:
        """The context of the latest ask of this kind."""
        return next(context for ask, context in reversed(self.asks) if isinstance(ask, message))

    def count(self, message: type[Any]) -> int:
        """The number of asks of this kind."""
        return sum(isinstance(ask, message) for ask, _ in self.asks)


class RefusingBus(FakeBus):
    """Answers every ask, so that a status from 500 on is the gateway's own."""

    async def ask(self, message: Any, context: Any, **more: Any) -> tuple[Any, bool]:
        codec.encode([message, context])
        if type(message) in self._answers:
            return await super().ask(message, context, **more)
        raise Refusal("BOOKING_NOT_FOUND", "There is no such booking.")


def _hotel(message: GetHotel, _: Context) -> Any:
    if message.hotel in {builders.HOTEL, builders.OTHER_HOTEL}:
        return builders.hotel_page(message.hotel)
    return Refusal("HOTEL_NOT_FOUND", "There is no such hotel.")


class FakeAccounts:
    """Accounts by token, and passwords by e-mail."""

    DEVICE = "device-that-signed-in"

    def __init__(self) -> None:
        self.issued = 0
        self.by_token: dict[str, Staff] = {}
        self.passwords: dict[str, tuple[str, Staff]] = {}
        self.closed = {builders.CLERK.id: "Nora Clerk"}
        self.down = False

    def signed_in(self, staff: Staff) -> dict[str, str]:
        """A header that proves to be them."""
        token, self.issued = f"hms_{'t' * 39}{self.issued}", self.issued + 1
        self.by_token[token] = staff
        return {"Authorization": f"Bearer {token}"}

    async def whose(self, token: str) -> Staff | None:
        await self.ping()
        return self.by_token.get(token)

    async def get(self, staff_id: UUID) -> Staff | None:
        return next((staff for staff in self.by_token.values() if staff.id == staff_id), None)

    async def names(self, hotel: str, staff_ids: Collection[str]) -> Mapping[str, str]:
        await self.ping()
        return self.known_names(hotel, staff_ids)

    def known_names(self, hotel: str, staff_ids: Collection[str]) -> Mapping[str, str]:
        """The names of the hotel's accounts with these ids."""
        names = self.closed | {str(staff.id): staff.name for staff in self.by_token.values() if staff.hotel == hotel}
        return {each: names[each] for each in staff_ids if each in names}

    async def ended(self, tokens: Collection[str]) -> Collection[str]:
        await self.ping()
        return [token for token in tokens if token not in self.by_token]

    async def sign_in(self, email: str, password: str, *, client: Client = UNKNOWN_CLIENT) -> SignedIn | None:
        known, staff = self.passwords.get(email, (None, None))
        if staff is None or known != password:
            return None
        device = None if client.device == self.DEVICE else self.DEVICE
        return self._session(staff, device=device)

    async def change_password(
        self, staff: Staff, *, old: str, new: str, client: Client = UNKNOWN_CLIENT
    ) -> SignedIn | None:
        del client
        if self.passwords.get(staff.email) != (old, staff):
            return None
        if problem := password_problem(new):
            raise ValueError(f"a password {problem}")
        self.passwords[staff.email] = (new, staff)
        self.by_token = {token: each for token, each in self.by_token.items() if each.id != staff.id}
        return self._session(staff)

    def _session(self, staff: Staff, *, device: str | None = None) -> SignedIn:
        token = self.signed_in(staff)["Authorization"].removeprefix("Bearer ")
        return SignedIn(token=token, expires_at=builders.NOON, staff=staff, device=device)

    async def sign_out(self, token: str) -> None:
        self.by_token.pop(token, None)

    async def ping(self) -> None:
        if self.down:
            raise Unavailable("the accounts cannot be reached")


class Gateway:
    """The application around the fakes, and an HTTP client that calls it directly.

    Building it takes a while, so tests share one; who wants other settings builds their own.
    """

    def __init__(self, *, app: FastAPI | None = None, bus: FakeBus | None = None, **settings: Any) -> None:
        self.bus, self.accounts = bus or FakeBus(), FakeAccounts()
        self.settings = GatewaySettings(
            **{"rate_limits": "off", "address_key": "a" * 32, "capture_seconds": 0.2, **settings}
        )
        self.app_state = make_app_state(self.settings, bus=self.bus, accounts=self.accounts)
        self.app = app or build(self.app_state, settings=self.settings)
        self.app.state.app_state = self.app_state
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=self.app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway.test")

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.call("POST", path, **({} if body is None else {"json": body}), **more)

    def patch(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return self.call("PATCH", path, json=body, **more)

    def together(self, act: Callable[[httpx.AsyncClient], Any]) -> Any:
        """Run a coroutine function with the client."""
        return self._runner.run(act(self._client))

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


def code(response: httpx.Response) -> str:
    """The code of a problem response; fails where the response has another form."""
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "trace_id", "error"} <= body.keys()
    assert body["status"] == response.status_code
    assert body["error"].keys() == {"code", "message"}
    assert body["error"]["message"] == body["detail"]
    return str(body["error"]["code"])
