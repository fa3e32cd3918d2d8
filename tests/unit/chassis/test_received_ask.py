"""What cannot be read is `Unavailable`, on either side; only contents that a contract refuses are a caller's fault."""

from typing import Any

import pika
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import codec
from chassis.messaging import ask_protocol
from chassis.messaging.ask_verification import AskRefused, AskVerifier
from chassis.messaging.keys import Keyring, keys_of
from chassis.messaging.received_ask import ReceivedAsk, read_ask, read_context, read_message
from chassis.refusal import INVALID_MESSAGE, Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT
from contracts.message import Ask
from contracts.operations import AdvanceClock, Ping
from contracts.values import Context

UNSIGNED = AskVerifier(Keyring("rooms"))
SIGNED = AskVerifier(Keyring("rooms", keys_of("rooms", ["a master key of thirty-two letters"])))
BODY = ask_protocol.ask_body(Ping(), SYSTEM_CONTEXT)
PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["args", "kwargs", "message", "context", "caller"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def _properties(headers: dict[str, Any] | None = None) -> pika.BasicProperties:
    return pika.BasicProperties(headers=headers, correlation_id="c", reply_to="reply.gateway.x")


def test_an_ask_is_read() -> None:
    properties = ask_protocol.ask_properties("c", reply_to="reply.gateway.x", deadline=5)

    ask = read_ask(UNSIGNED, "rooms.Ping", properties, BODY)

    assert (ask.method, ask.message, ask.context["caller"]["kind"]) == ("Ping", {}, "system")
    assert isinstance(ask.deadline, int)


@pytest.mark.parametrize("key", ["", "rooms", "3f2a"])
def test_an_ask_without_a_name_cannot_be_read(key: str) -> None:
    with pytest.raises(AskRefused, match="cannot be read"):
        read_ask(UNSIGNED, key, _properties(), BODY)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'"kwargs"', b'{"kwargs": null}', b'{"kwargs": {}}', b"\xff"]
)
def test_an_ask_without_a_body_cannot_be_read(body: bytes) -> None:
    with pytest.raises(AskRefused, match="cannot be read"):
        read_ask(UNSIGNED, "rooms.Ping", _properties(), body)


@pytest.mark.parametrize("deadline", ["soon", [1], {"at": 1}, b"1x"])
def test_an_ask_without_a_readable_deadline_cannot_be_read(deadline: Any) -> None:
    with pytest.raises(AskRefused, match="cannot be read"):
        read_ask(UNSIGNED, "rooms.Ping", _properties({"deadline": deadline}), BODY)


@given(st.sampled_from([UNSIGNED, SIGNED]), st.sampled_from(["", "x", "rooms.Ping"]), PARTS, PARTS)
def test_whatever_arrives_is_read_or_refused(verifier: AskVerifier, key: str, content: Any, header: Any) -> None:
    properties = _properties({"asker": header, "signature": header, "deadline": header})
    try:
        ask: ReceivedAsk | None = read_ask(verifier, key, properties, codec.encode(content))
    except AskRefused:
        ask = None

    assert ask is None or (verifier is UNSIGNED and ask.method == "Ping")


def test_contents_that_the_contract_refuses_are_an_invalid_message() -> None:
    with pytest.raises(Refusal) as refused:
        read_message({"seconds": "many"}, AdvanceClock)

    assert refused.value.code == INVALID_MESSAGE


def test_a_context_is_no_content_of_the_caller() -> None:
    with pytest.raises(AskRefused, match="context"):
        read_context({"caller": 7})


@pytest.mark.parametrize(
    "error",
    [7, [], {"exc_type": "Refusal"}, {"exc_type": "Refusal", "exc_args": ["NO"]},
     {"exc_type": "Refusal", "exc_args": ["NO", "text", [], "details"]}],
)  # fmt: skip
def test_a_reply_that_cannot_be_read_is_unavailable(error: Any) -> None:
    with pytest.raises(Unavailable, match="cannot be read"), ask_protocol.reading_reply("the reply"):
        ask_protocol.raise_error(error)


def test_a_refusal_in_a_reply_stays_a_refusal() -> None:
    error = {"exc_type": "Refusal", "exc_args": ["NO", "Not this one.", [], {"seconds": 1}]}

    with pytest.raises(Refusal) as refused, ask_protocol.reading_reply("the reply"):
        ask_protocol.raise_error(error)

    assert (refused.value.code, refused.value.details) == ("NO", {"seconds": 1})


def test_an_earlier_version_that_does_not_know_an_ask_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be asked"):
        ask_protocol.raise_error({"exc_type": "Refusal", "exc_args": ["UNKNOWN_ASK", "It cannot be asked X.", [], {}]})


def _conversation(code: str) -> Conversation[Any]:
    """A conversation in which the other service refuses every ask with this code."""

    def refuse(_: Ask[Any], __: Context) -> Any:
        raise Refusal(code, "Expected `int`, got `str`")

    class Nowhere:
        dependencies = None

    return Conversation(Nowhere(), refuse)  # type: ignore[arg-type]


def test_a_service_that_does_not_understand_another_is_unavailable_so_that_no_job_gives_up() -> None:
    with pytest.raises(Unavailable, match="Ping is not understood"):
        _conversation(INVALID_MESSAGE).ask(Ping())


def test_any_other_refusal_of_a_service_is_for_the_one_that_asks() -> None:
    with pytest.raises(Refusal, match="got `str`"):
        _conversation("NO_ROOM").ask(Ping())
