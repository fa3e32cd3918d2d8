"""Asks that cannot be read, over the broker: the asker is told `Unavailable`, and the process counts them."""

import pytest

from chassis import codec
from chassis.messaging import ask_protocol
from chassis.messaging.ask_client import AskClient
from chassis.refusal import INVALID_MESSAGE, Refusal, Unavailable
from contracts.operations import ReadMetrics
from contracts.rooms.rooms import GetRoomHistory
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy

ASK = GetRoomHistory(hotel="h", room_number="0")
pytestmark = pytest.mark.timeout(90)


def test_an_ask_that_cannot_be_read_is_never_the_callers_fault(
    toy: Toy, clean_rabbit: RabbitNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = AskClient(clean_rabbit.url_of("operator"), "operator").start(wait=5)
    with toy.running():
        for body in (b"nonsense", b"[]", b'{"kwargs": {"message": {}}}'):
            with monkeypatch.context() as patched:
                patched.setattr(ask_protocol, "ask_body", lambda *_, body=body: body)
                with pytest.raises(Unavailable, match="cannot be read"):
                    asker(ASK)
        with monkeypatch.context() as patched:
            patched.setattr("chassis.messaging.ask_client.method_of", lambda _: "Unheard")
            with pytest.raises(Unavailable, match="cannot be asked Unheard"):
                asker(ASK)
        with monkeypatch.context() as patched:
            wrong = codec.encode({"kwargs": {"message": {"hotel": 1}, "context": {}}})
            patched.setattr(ask_protocol, "ask_body", lambda *_: wrong)
            with pytest.raises(Refusal) as refused:
                asker(ASK)
        metrics = {each.name: each.value for each in asker(ReadMetrics(), service="rooms").metrics}
    asker.stop()

    assert refused.value.code == INVALID_MESSAGE
    assert metrics["asks_refused_total"] >= 4
