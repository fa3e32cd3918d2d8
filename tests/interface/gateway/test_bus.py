"""The bus on a real RabbitMQ, against a responder that only knows the wire."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chassis.messaging.keys import keys_of
from chassis.refusal import Refusal, Unavailable
from contracts.message import Ask
from contracts.operations import Ping
from contracts.rooms.hotels import GetHotel
from contracts.values import Caller, Context, Permission
from gateway.bus.ask_replies import Replies
from gateway.bus.rabbit import RabbitBus
from sandbox.stack.rabbit import RabbitNode
from tests.interface.gateway.responder import Responder

HEALTH = {"service": "rooms", "ready": True, "now": "2026-07-01T12:00:00Z"}
FACT = {
    "id": "11111111-1111-1111-1111-111111111111",
    "source": "bookings",
    "type": "bookings.BookingConfirmed.v1",
    "subject": "BK-1",
    "time": "2026-07-01T12:00:00Z",
    "sequence": 4,
    "hotel": "h",
    "data": {},
    "dataschema": "",
}


class AskTransport:
    """A bus on its own event loop."""

    def __init__(self, url: str, message_keys: str = "", replies: Replies | None = None) -> None:
        self._runner = asyncio.Runner()
        self.bus = RabbitBus(url, message_keys, replies=replies)
        self._runner.run(self._start())

    async def _start(self) -> None:
        await self.bus.start(wait=20)

    def run(self, work: Callable[[RabbitBus], Any]) -> Any:
        return self._runner.run(work(self.bus))

    def ask(self, message: Ask[Any], context: Context | None = None, **more: Any) -> Any:
        return self.run(lambda bus: bus.ask(message, context or Context(), **more))

    def close(self) -> None:
        self._runner.run(self.bus.close())
        self._runner.close()


@pytest.fixture
def asking(rabbit: RabbitNode) -> Iterator[AskTransport]:
    made = AskTransport(rabbit.url_of("gateway"))
    yield made
    made.close()


def test_an_ask_goes_out_and_its_reply_comes_back_typed(asking: AskTransport, rabbit: RabbitNode) -> None:
    caller = Caller(kind="staff", staff_id="7", hotel="h", permissions=frozenset({Permission.APPROVE}))
    with Responder(rabbit.amqp_url, "rooms", lambda *_: {"result": HEALTH}) as rooms:
        health, replayed = asking.ask(Ping(), Context(caller=caller, idempotency_key="k"), service="rooms")

    key, kwargs, properties = rooms.asks[0]
    assert (health.service, health.ready, health.now.year) == ("rooms", True, 2026)
    assert replayed is False
    assert key == "rooms.Ping"
    assert kwargs["context"]["caller"]["permissions"] == ["can_approve"]
    assert kwargs["context"]["idempotency_key"] == "k"
    assert properties.delivery_mode == 1
    assert properties.expiration == "5000"
    assert properties.headers["deadline"] > time.time() * 1000
    assert properties.headers["nameko.call_id_stack"]


def test_a_stored_reply_says_so(asking: AskTransport, rabbit: RabbitNode) -> None:
    with Responder(rabbit.amqp_url, "rooms", lambda *_: {"result": HEALTH, "headers": {"replayed": True}}):
        assert asking.ask(Ping(), service="rooms")[1] is True


def test_a_refusal_of_a_service_is_raised_as_a_refusal(asking: AskTransport, rabbit: RabbitNode) -> None:
    arguments = ["SOLD_OUT", "Nothing left.", [{"field": "x", "message": "y"}], {"nights": ["2026-08-14"]}]
    error = {"exc_type": "Refusal", "exc_path": "x.Refusal", "exc_args": arguments, "value": "Nothing left."}
    with Responder(rabbit.amqp_url, "rooms", lambda *_: {"error": error}), pytest.raises(Refusal) as refused:
        asking.ask(GetHotel(hotel="h"))

    assert refused.value.code == "SOLD_OUT"
    assert refused.value.errors == ({"field": "x", "message": "y"},)
    assert refused.value.details == {"nights": ["2026-08-14"]}


def test_an_unexpected_error_in_a_service_is_unavailable(asking: AskTransport, rabbit: RabbitNode) -> None:
    error = {"exc_type": "KeyError", "exc_path": "KeyError", "exc_args": [], "value": "…"}
    with Responder(rabbit.amqp_url, "rooms", lambda *_: {"error": error}), pytest.raises(Unavailable):
        asking.ask(GetHotel(hotel="h"))


def test_many_asks_at_once_each_get_their_own_reply(asking: AskTransport, rabbit: RabbitNode) -> None:
    def answer(_: str, kwargs: dict[str, Any], __: Any) -> dict[str, Any]:
        return {"result": {**HEALTH, "service": kwargs["context"]["request_id"]}}

    async def many(bus: RabbitBus) -> list[str]:
        asks = (bus.ask(Ping(), Context(request_id=str(number)), service="rooms") for number in range(200))
        return [reply.service for reply, _ in await asyncio.gather(*asks)]

    with Responder(rabbit.amqp_url, "rooms", answer):
        assert asking.run(many) == [str(number) for number in range(200)]


def test_an_ask_without_a_reply_ends_at_its_deadline(asking: AskTransport, rabbit: RabbitNode) -> None:
    with Responder(rabbit.amqp_url, "rooms", lambda *_: None):
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"no answer in 0\.3 s"):
            asking.ask(Ping(), service="rooms", deadline=0.3)

    assert time.monotonic() - began < 2


def test_an_unknown_service_is_unavailable_at_once(asking: AskTransport) -> None:
    began = time.monotonic()

    with pytest.raises(Unavailable, match="no such service"):
        asking.ask(Ping(), service="nowhere", deadline=30)

    assert time.monotonic() - began < 5


def test_an_ask_to_a_service_without_a_process_is_unavailable_at_once(asking: AskTransport) -> None:
    began = time.monotonic()

    with pytest.raises(Unavailable, match="no process of the service runs"):
        asking.ask(Ping(), service="payments", deadline=30)

    assert time.monotonic() - began < 5


def test_an_event_reaches_the_subscriptions_of_its_booking(asking: AskTransport, rabbit: RabbitNode) -> None:
    async def received(bus: RabbitBus) -> tuple[Any, Any]:
        with bus.subscribe("BK-1") as one, bus.subscribe("BK-2") as other:
            publish(json.dumps({**FACT, "subject": "BK-3"}).encode())
            publish(b"not an event")
            publish(json.dumps(FACT).encode())
            return await one.next(within=10), await other.next(within=0.2)

    with Responder(rabbit.amqp_url, "rooms", lambda *_: None) as elsewhere:

        def publish(body: bytes) -> None:
            elsewhere.publish("bookings.events", str(FACT["type"]), body)

        mine, others = asking.run(received)

    assert (mine.type, mine.sequence) == ("bookings.BookingConfirmed.v1", 4)
    assert others is None


@pytest.mark.parametrize("verifies", [False, True])
def test_an_event_that_bookings_did_not_sign_reaches_nobody_where_the_gateway_verifies(
    rabbit: RabbitNode, *, verifies: bool
) -> None:
    transport = AskTransport(rabbit.url_of("gateway"), keys_of("gateway", ["a master key"]) if verifies else "")

    async def received(bus: RabbitBus) -> Any:
        with bus.subscribe("BK-1") as subscription, Responder(rabbit.amqp_url, "rooms", lambda *_: None) as elsewhere:
            elsewhere.publish("bookings.events", str(FACT["type"]), json.dumps(FACT).encode())
            return await subscription.next(within=2)

    try:
        assert (transport.run(received) is None) == verifies
    finally:
        transport.close()


@pytest.fixture
def stoppable(rabbit: RabbitNode) -> Iterator[RabbitNode]:
    """The session's broker, which runs again afterwards."""
    yield rabbit
    rabbit.start()


def test_asks_fail_at_once_when_the_broker_stops_and_work_when_it_returns(
    asking: AskTransport, stoppable: RabbitNode
) -> None:
    async def outage(bus: RabbitBus) -> float:
        loop = asyncio.get_running_loop()
        with bus.subscribe("BK-1") as hearing:
            under_way = asyncio.ensure_future(bus.ask(Ping(), Context(), service="rooms", deadline=60))
            await asyncio.sleep(0.2)
            killed = loop.run_in_executor(None, stoppable.kill)
            began = loop.time()
            with pytest.raises(Unavailable):
                await under_way
            took = loop.time() - began
            await killed
            assert await hearing.next(within=5) is None
            assert not bus.up
        return took

    async def back(bus: RabbitBus) -> Any:
        async with asyncio.timeout(20):
            while not bus.up:
                await asyncio.sleep(0.05)
        return (await bus.ask(Ping(), Context(), service="rooms"))[0]

    with Responder(stoppable.amqp_url, "rooms", lambda *_: None):
        assert asking.run(outage) < 10
    with pytest.raises(Unavailable):
        asking.ask(Ping(), service="rooms", deadline=0.3)
    stoppable.start()
    with Responder(stoppable.amqp_url, "rooms", lambda *_: {"result": HEALTH}):
        assert asking.run(back).ready is True
