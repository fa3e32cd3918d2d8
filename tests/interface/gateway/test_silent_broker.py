"""The gateway's connection to a broker that becomes silent."""

import time

import pytest

from chassis import time_limits
from chassis.refusal import Unavailable
from contracts.operations import Ping
from sandbox.chaos.tcp_proxy import proxied
from sandbox.stack.rabbit import RabbitNode
from tests.interface.gateway.responder import Responder
from tests.interface.gateway.test_bus import HEALTH, AskTransport

pytestmark = pytest.mark.timeout(90)


@pytest.mark.parametrize(
    ("heartbeat", "answered"),
    [(1, True), pytest.param(0, False, marks=pytest.mark.long)],
    ids=["heartbeats", "no heartbeats"],
)
def test_asks_are_answered_again_after_the_broker_has_become_silent(
    rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch, heartbeat: int, *, answered: bool
) -> None:
    monkeypatch.setattr(time_limits, "HEARTBEAT", heartbeat)
    with proxied(rabbit.amqp_url) as proxy, Responder(rabbit.amqp_url, "rooms", lambda *_: {"result": HEALTH}):
        asking = AskTransport(proxy.url)
        assert is_answered(asking)

        proxy.hold()
        until = time.monotonic() + 14
        while not (answers := is_answered(asking)) and time.monotonic() < until:
            pass

        assert answers == answered
        proxy.release()
        asking.close()


def is_answered(asking: AskTransport) -> bool:
    try:
        return bool(asking.ask(Ping(), service="rooms", deadline=0.5)[0].ready)
    except Unavailable:
        return False
