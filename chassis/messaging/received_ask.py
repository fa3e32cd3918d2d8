"""Reads an ask as it arrives. What cannot be read or believed is `Unavailable`, never a refusal of the caller's data.

The caller sent something else: what does not arrive as an ask was changed on its way, or comes from a process of
another version. `INVALID_MESSAGE` is for the contents of an ask that is read, where the contract refuses them.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

import pika

from chassis import codec
from chassis.messaging.ask_verification import AskRefused, AskVerifier
from chassis.messaging.signatures import DEADLINE
from chassis.refusal import INVALID_MESSAGE, Refusal
from contracts.values import Context

Message = TypeVar("Message")


@dataclass(frozen=True)
class ReceivedAsk:
    """A verified ask. `message` and `context` are plain data; `deadline` is in Unix milliseconds, if there is one."""

    method: str
    message: Any
    context: Any
    deadline: int | None


def read_ask(verifier: AskVerifier, routing_key: str, properties: pika.BasicProperties, body: bytes) -> ReceivedAsk:
    """Read and verify an ask. Raises `AskRefused`."""
    try:
        method = routing_key.split(".", 1)[1]
        asker = verifier.verify(method, properties, body)
        content = codec.decode(body)["kwargs"]
        message, context = content["message"], content["context"]
        verifier.verify_caller(asker, method, context)
        deadline = (properties.headers or {}).get(DEADLINE)
        return ReceivedAsk(method, message, context, None if deadline is None else int(deadline))
    except AskRefused:
        raise
    except Exception as problem:
        raise AskRefused(f"the ask is refused: it cannot be read ({problem!r})"[:300]) from problem


def read_message(message: Any, kind: type[Message]) -> Message:
    """The message of an ask as its contract declares it. Refused `INVALID_MESSAGE`."""
    try:
        return codec.typed(message, kind)
    except ValueError as problem:
        raise Refusal(INVALID_MESSAGE, str(problem)) from problem


def read_context(context: Any) -> Context:
    """The context of an ask, which a process has written and no caller. Raises `AskRefused`."""
    try:
        return codec.typed(context, Context)
    except ValueError as problem:
        raise AskRefused(f"the ask is refused: its context cannot be read ({problem})") from problem
