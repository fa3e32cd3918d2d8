"""Asks to the gateway on a real RabbitMQ: who may ask, and what the gateway replies."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from chassis import codec
from chassis.messaging import ask_protocol
from chassis.messaging.ask_client import AskClient
from chassis.messaging.keys import keys_of
from chassis.refusal import INVALID_MESSAGE, Refusal, Unavailable
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames
from gateway.bus.ask_replies import AT_ONCE, AskReplies
from gateway.bus.rabbit import RabbitBus
from sandbox.stack.rabbit import RabbitNode

MASTER = "the master key of the tests of asks to the gateway"
KEYS = keys_of("gateway", [MASTER])
ASK = GetStaffNames(hotel="h", staff_ids=("7", "8"))


@contextmanager
def gateway(url: str, read: Callable[[GetStaffNames], StaffNames], message_keys: str = KEYS) -> Iterator[RabbitBus]:
    """A gateway's bus on a thread of its own."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    ready = threading.Event()
    started: list[RabbitBus] = []

    async def reply(query: GetStaffNames) -> StaffNames:
        return read(query)

    async def serve() -> None:
        bus = await RabbitBus(url, message_keys, replies={GetStaffNames: reply}).start(wait=20)
        started.append(bus)
        ready.set()
        await stop.wait()
        await bus.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        yield started[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@contextmanager
def client(node: RabbitNode, user: str, message_keys: str | None = None) -> Iterator[AskClient]:
    keys = keys_of(user, [MASTER]) if message_keys is None else message_keys
    made = AskClient(node.url_of(user), user, keys).start(wait=10)
    try:
        yield made
    finally:
        made.stop()


def names(query: GetStaffNames) -> StaffNames:
    return StaffNames(names={each: f"{query.hotel} {each}" for each in query.staff_ids})


def test_the_notifier_gets_the_names_that_it_asks_for_also_from_one_of_two_gateways(rabbit: RabbitNode) -> None:
    url = rabbit.url_of("gateway")
    with client(rabbit, "notifier") as notifier:
        with gateway(url, names), gateway(url, names):
            assert notifier(ASK).names == {"7": "h 7", "8": "h 8"}
        with pytest.raises(Unavailable, match="no process of the service runs"):
            notifier(ASK)


def test_an_ask_that_nobody_signed_is_refused_and_replied_to_where_nothing_is_verified(rabbit: RabbitNode) -> None:
    url = rabbit.url_of("gateway")
    with client(rabbit, "notifier", message_keys="") as unsigned:
        with gateway(url, names) as bus:
            with pytest.raises(Unavailable, match="not signed"):
                unsigned(ASK)
            assert bus.refused == {"asks": 1, "events": 0}
        with gateway(url, names, message_keys=""):
            assert unsigned(ASK).names


def test_a_failure_to_read_the_names_is_told_to_the_asker(rabbit: RabbitNode) -> None:
    def too_many(_: GetStaffNames) -> StaffNames:
        raise Refusal(INVALID_MESSAGE, "more than 500 ids")

    def broken(_: GetStaffNames) -> StaffNames:
        return StaffNames(names=dict[str, dict[str, str]]()["names"])

    def down(_: GetStaffNames) -> StaffNames:
        raise Unavailable("the accounts cannot be reached")

    url = rabbit.url_of("gateway")
    with client(rabbit, "notifier") as notifier:
        with gateway(url, too_many), pytest.raises(Refusal, match="more than 500 ids"):
            notifier(ASK)
        with gateway(url, broken), pytest.raises(Unavailable, match="could not answer"):
            notifier(ASK)
        with gateway(url, down), pytest.raises(Unavailable, match="cannot be reached"):
            notifier(ASK)


def test_replies_go_on_after_more_failures_than_a_process_handles_at_once(rabbit: RabbitNode) -> None:
    failures = iter(range(AT_ONCE + 1))

    def fails_at_first(query: GetStaffNames) -> StaffNames:
        if next(failures, None) is not None:
            raise RuntimeError("a fault of the gateway")
        return names(query)

    with client(rabbit, "notifier") as notifier, gateway(rabbit.url_of("gateway"), fails_at_first):
        for _ in range(AT_ONCE + 1):
            with pytest.raises(Unavailable, match="could not answer"):
                notifier(ASK)
        assert notifier(ASK).names == {"7": "h 7", "8": "h 8"}


@pytest.mark.parametrize("body", [b"nonsense", b"[]", b"{}", b'{"kwargs": []}', b'{"kwargs": {"message": {}}}'])
def test_what_is_no_ask_is_unavailable(rabbit: RabbitNode, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_protocol, "ask_body", lambda *_: body)

    unread = pytest.raises(Unavailable, match="cannot be read")
    with client(rabbit, "notifier") as notifier, gateway(rabbit.url_of("gateway"), names), unread:
        notifier(ASK)


def test_contents_that_the_contract_refuses_are_an_invalid_message(
    rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = {"hotel": 1, "staff_ids": "all"}
    monkeypatch.setattr(
        ask_protocol, "ask_body", lambda _, context: codec.encode({"kwargs": {"message": message, "context": context}})
    )

    refused = pytest.raises(Refusal)
    with client(rabbit, "notifier") as notifier, gateway(rabbit.url_of("gateway"), names), refused as refusal:
        notifier(ASK)

    assert refusal.value.code == INVALID_MESSAGE


def _asked_while_the_gateway_stops(rabbit: RabbitNode, notifier: AskClient) -> list[StaffNames | Unavailable]:
    """The replies to more asks than the gateway handles at once, of which each takes a while."""
    begun = threading.Semaphore(0)

    def slowly(query: GetStaffNames) -> StaffNames:
        begun.release()
        time.sleep(0.02)
        return names(query)

    def ask(_: int) -> StaffNames | Unavailable:
        try:
            return notifier(ASK, deadline=4)
        except Unavailable as problem:
            return problem

    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        with gateway(rabbit.url_of("gateway"), slowly):
            replies = [pool.submit(ask, number) for number in range(2 * AT_ONCE)]
            assert all(begun.acquire(timeout=10) for _ in range(3))
        return [reply.result(10) for reply in replies]


def test_a_stopping_gateway_replies_to_the_asks_that_it_has_been_sent(rabbit: RabbitNode) -> None:
    with client(rabbit, "notifier") as notifier:
        replies = _asked_while_the_gateway_stops(rabbit, notifier)

    without = [str(reply) for reply in replies if isinstance(reply, Unavailable)]
    assert [problem for problem in without if "no process" not in problem] == []  # asked after the stop
    assert len(without) < len(replies)


def test_without_the_end_of_the_work_asks_stay_without_a_reply(
    rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(_: AskReplies) -> None:
        """Leave at once."""

    monkeypatch.setattr(AskReplies, "finish", leave)
    with client(rabbit, "notifier") as notifier:
        replies = _asked_while_the_gateway_stops(rabbit, notifier)

    assert [reply for reply in replies if isinstance(reply, Unavailable) and "did not answer" in str(reply)]
