"""Asks that nobody may send are refused: each attack first succeeds at a service that does not verify."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pika
import pytest

from chassis.messaging import ask_protocol
from chassis.messaging.ask_client import AskClient
from chassis.messaging.keys import Keyring, keys_of
from chassis.messaging.signatures import SIGNATURE, sign_ask
from chassis.refusal import Unavailable
from contracts.operations import Ping, ReadMetrics
from contracts.rooms.rooms import GetRoomHistory
from contracts.values import Context
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, until
from tests.interface.chassis.signing import (
    GUEST,
    MASTER,
    SIGNED,
    STAFF,
    SYSTEM,
    Forger,
    keyring,
    release,
)

pytestmark = pytest.mark.timeout(180)

Attack = Callable[[Forger], str]


@contextmanager
def forging(rabbit: RabbitNode, user: str) -> Iterator[Forger]:
    with pika.BlockingConnection(pika.URLParameters(rabbit.url_of(user))) as connection:
        yield Forger(connection.channel(), user)


def unsigned(forger: Forger) -> str:
    return forger.send(release(), forger.context(SYSTEM), signed_with=None)


def as_another_asker(forger: Forger) -> str:
    """The gateway signs, and says that bookings asks."""
    return forger.send(release(), forger.context(SYSTEM), signed_with=keyring("gateway"), headers={"asker": "bookings"})


def as_the_system(forger: Forger) -> str:
    """The gateway signs an ask that it may send, and says that the system asks."""
    query = GetRoomHistory(hotel="h", room_number="0")
    return forger.send(query, forger.context(SYSTEM, vouched_by=keyring("gateway")), signed_with=keyring("gateway"))


def with_a_made_up_key(forger: Forger) -> str:
    made_up = Keyring("bookings", keys_of("bookings", ["another master key than the right one"]))
    return forger.send(release(), forger.context(SYSTEM), signed_with=made_up)


def that_its_asker_may_not_send(forger: Forger) -> str:
    return forger.send(release(), forger.context(STAFF), signed_with=keyring("gateway"))


def for_another_audience(forger: Forger) -> str:
    return forger.send(release(), forger.context(SYSTEM), signed_with=keyring("bookings"), service="payments")


def with_a_changed_body(forger: Forger) -> str:
    honest = forger.context(SYSTEM)
    return forger.send(
        release("BK-1"), honest, signed_with=keyring("bookings"), changed=lambda body: body.replace(b"BK-1", b"BK-2")
    )


def with_a_changed_method(forger: Forger) -> str:
    body = ask_protocol.ask_body(release(), forger.context(SYSTEM))
    properties = ask_protocol.ask_properties("m", reply_to=forger.queue, deadline=5)
    sign_ask(keyring("bookings"), "rooms", "HoldInventory", properties, body)
    return forger.publish("rooms.ReleaseInventory", body, properties)


def with_a_later_deadline(forger: Forger) -> str:
    more = ask_protocol.ask_properties("", reply_to="", deadline=60).headers
    return forger.send(
        release(), forger.context(SYSTEM), signed_with=keyring("bookings"), headers={"deadline": more["deadline"]}
    )


def of_a_guest_without_a_voucher(forger: Forger) -> str:
    return forger.send(release(), forger.context(GUEST), signed_with=keyring("bookings"))


def of_staff_without_a_voucher(forger: Forger) -> str:
    return forger.send(release(), forger.context(STAFF), signed_with=keyring("bookings"))


def of_staff_with_an_own_voucher(forger: Forger) -> str:
    """Bookings signs the voucher, with its own key for rooms."""
    made_up = forger.context(STAFF, vouched_by=keyring("bookings"))
    return forger.send(release(), made_up, signed_with=keyring("bookings"))


def with_the_voucher_of_another_caller(forger: Forger) -> str:
    vouchers = forger.context(GUEST, vouched_by=keyring("gateway")).vouchers
    stolen = forger.context(STAFF)
    return forger.send(
        release(), type(stolen)(caller=STAFF, request_id="r", vouchers=vouchers), signed_with=keyring("bookings")
    )


def of_nobody_with_every_permission(forger: Forger) -> str:
    caller = type(STAFF)(kind="public", permissions=STAFF.permissions)
    return forger.send(release(), forger.context(caller), signed_with=keyring("bookings"))


def used_twice(forger: Forger) -> str:
    first = forger.send(release(), forger.context(SYSTEM), signed_with=keyring("bookings"), correlation_id="twice")
    assert first == ""
    return forger.send(release(), forger.context(SYSTEM), signed_with=keyring("bookings"), correlation_id="twice")


ATTACKS: tuple[tuple[str, Attack, str], ...] = (
    ("bookings", unsigned, "it is not signed"),
    ("gateway", as_another_asker, "bookings did not sign"),
    ("gateway", as_the_system, "for this caller"),
    ("bookings", with_a_made_up_key, "bookings did not sign"),
    ("gateway", that_its_asker_may_not_send, "gateway may not ask ReleaseInventory"),
    ("bookings", for_another_audience, "did not sign"),
    ("bookings", with_a_changed_body, "did not sign"),
    ("bookings", with_a_changed_method, "did not sign"),
    ("bookings", with_a_later_deadline, "did not sign"),
    ("bookings", of_a_guest_without_a_voucher, "for this caller"),
    ("bookings", of_staff_without_a_voucher, "for this caller"),
    ("bookings", of_staff_with_an_own_voucher, "for this caller"),
    ("bookings", with_the_voucher_of_another_caller, "for this caller"),
    ("bookings", of_nobody_with_every_permission, "for this caller"),
    ("bookings", used_twice, "was used before"),
)


def test_every_attack_succeeds_where_the_service_does_not_verify(toy: Toy, clean_rabbit: RabbitNode) -> None:
    with toy.running():
        for user, attack, _ in ATTACKS:
            with forging(clean_rabbit, user) as forger:
                assert attack(forger) == "", attack.__name__

    # The ask that is used twice counts twice, and that of the system only reads.
    assert len(toy.effects()) == len(ATTACKS)


def test_no_attack_succeeds_where_the_service_verifies(toy: Toy, clean_rabbit: RabbitNode) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running():
        for user, attack, why in ATTACKS:
            with forging(clean_rabbit, user) as forger:
                assert why in attack(forger), attack.__name__
        with answering(clean_rabbit) as operator:
            counted = {each.name: each.value for each in operator(ReadMetrics(), service="rooms").metrics}

    assert toy.effects() == [("BK-1", 0, "ask")]  # the first of the ask that is used twice
    assert counted["asks_refused_total"] == len(ATTACKS)


@contextmanager
def answering(rabbit: RabbitNode) -> Iterator[AskClient]:
    client = AskClient(rabbit.url_of("operator"), "operator", keys_of("operator", [MASTER])).start(wait=5)
    try:
        yield client
    finally:
        client.stop()


def test_an_ask_past_its_deadline_is_refused_and_one_with_a_distant_deadline_too(
    toy: Toy, clean_rabbit: RabbitNode
) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running(), forging(clean_rabbit, "bookings") as forger:
        for deadline, why in ((-1.0, "its deadline has passed"), (3600.0, "its deadline is not within 600 s")):
            problem = forger.send(release(), forger.context(SYSTEM), signed_with=keyring("bookings"), deadline=deadline)
            assert why in problem

    assert toy.effects() == []


@pytest.mark.parametrize("caller", [GUEST, STAFF], ids=["guest", "staff"])
def test_the_gateways_voucher_lets_a_service_ask_for_its_caller(
    toy: Toy, clean_rabbit: RabbitNode, caller: Any
) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running(), forging(clean_rabbit, "bookings") as forger:
        context = forger.context(caller, vouched_by=keyring("gateway"))
        assert forger.send(release(), context, signed_with=keyring("bookings")) == ""

        body = ask_protocol.ask_body(release("BK-2"), forger.context(SYSTEM))
        properties = ask_protocol.ask_properties("x", reply_to=forger.queue, deadline=5)
        sign_ask(keyring("bookings"), "rooms", "ReleaseInventory", properties, body)
        assert len(properties.headers[SIGNATURE]) == 64

    assert toy.effects() == [("BK-1", 0, "ask")]


def test_after_a_rotation_a_service_verifies_with_both_keys(toy: Toy, clean_rabbit: RabbitNode) -> None:
    newest = "a newer master key, with which processes already sign"
    toy.environment |= {"MESSAGE_KEYS": keys_of("rooms", [newest, MASTER])}
    toy.asker_keys = keys_of("operator", [MASTER])
    with toy.running(), forging(clean_rabbit, "bookings") as forger:
        for masters in ([newest], [MASTER], [newest, MASTER]):
            signing = Keyring("bookings", keys_of("bookings", masters))
            assert forger.send(release(), forger.context(SYSTEM), signed_with=signing) == ""


def test_an_asker_without_keys_is_told_that_its_ask_is_not_signed(toy: Toy, clean_rabbit: RabbitNode) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    client = AskClient(clean_rabbit.url_of("operator"), "operator").start(wait=5)
    try:
        with toy.running(), pytest.raises(Unavailable, match="the ask is refused: it is not signed"):
            client(Ping(), service="rooms")
    finally:
        client.stop()


def test_a_stopping_process_hands_signed_asks_over_unchanged(toy: Toy, clean_rabbit: RabbitNode) -> None:
    toy.environment |= SIGNED
    toy.asker_keys = keys_of("operator", [MASTER])
    query, instances = GetRoomHistory(hotel="h", room_number="0.4"), set[str]()

    def both_answer() -> bool:
        instances.add(operator(ReadMetrics(), service="rooms").instance)
        return len(instances) == 2

    with (
        answering(clean_rabbit) as operator,
        gateway(clean_rabbit) as client,
        ThreadPoolExecutor(30) as pool,
        toy.running() as first,
        toy.running(),
    ):
        until(both_answer, what="both processes answering")
        answers = [pool.submit(client, query, Context(caller=STAFF), deadline=20) for _ in range(30)]
        first.terminate()
        assert [answer.result(30).room_number for answer in answers] == ["0.4"] * 30


@contextmanager
def gateway(rabbit: RabbitNode) -> Iterator[AskClient]:
    client = AskClient(rabbit.url_of("gateway"), "gateway", keys_of("gateway", [MASTER])).start(wait=5)
    try:
        yield client
    finally:
        client.stop()
