"""The wire format of asks: nameko's RPC protocol.

An ask goes to the exchange `<service>.asks` with the routing key `<service>.<method>` and the body `{"args",
"kwargs"}`. The reply `{"result", "error"}` goes through the exchange `<asker>.replies` to the asker's own queue, which
`reply_to` names, under the same correlation id.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pika

from chassis import codec
from chassis.refusal import Refusal, Unavailable

_properties = partial(pika.BasicProperties, content_type="application/json", content_encoding="utf-8", delivery_mode=1)

_UNKNOWN_ASK = "UNKNOWN_ASK"  # the refusal of a process before 0027 that does not know the ask


def ask_body(message: Any, context: Any) -> bytes:
    """The body of an ask."""
    return codec.encode({"args": [], "kwargs": {"message": message, "context": context}})


def ask_properties(correlation_id: str, *, reply_to: str, deadline: float) -> pika.BasicProperties:
    """The AMQP properties of an ask. The broker drops the ask after `deadline` seconds."""
    return _properties(
        reply_to=reply_to,
        correlation_id=correlation_id,
        expiration=str(int(deadline * 1000)),
        headers={"nameko.call_id_stack": [correlation_id], "deadline": int((time.time() + deadline) * 1000)},
    )


def reply_body(result: Any) -> bytes:
    """The body of a reply."""
    return codec.encode({"result": result, "error": None})


def error_body(problem: BaseException) -> bytes:
    """The body of a reply with an error, in nameko's shape. The fields of a `Refusal` are in `exc_args`."""
    if isinstance(problem, Refusal):
        arguments = [problem.code, problem.message, list(problem.errors), problem.details]
        text = problem.message
    else:
        text = str(problem) if isinstance(problem, Unavailable) else "the service could not answer"
        arguments = [text]
    kind = type(problem)
    return codec.encode(
        {
            "result": None,
            "error": {
                "exc_type": kind.__name__,
                "exc_path": f"{kind.__module__}.{kind.__qualname__}",
                "exc_args": arguments,
                "value": text,
            },
        }
    )


def raise_error(error: dict[str, Any]) -> None:
    """Raise a reply's error in the client: a `Refusal` as a `Refusal`, every other error as `Unavailable`."""
    if error.get("exc_type") == Refusal.__name__:
        code, message, errors, details = error["exc_args"]
        if code == _UNKNOWN_ASK:
            raise Unavailable(message)
        raise Refusal(code, message, errors=errors, **details)
    raise Unavailable(f"{error.get('exc_type')}: {error.get('value')}")


@contextmanager
def reading_reply(of: str) -> Iterator[None]:
    """Raise `Unavailable` where the block cannot read a reply: it was changed, or its sender has another version."""
    try:
        yield
    except (Refusal, Unavailable):
        raise
    except Exception as problem:
        raise Unavailable(f"{of} cannot be read ({problem!r})"[:300]) from problem


def reply_properties(ask: pika.BasicProperties, headers: dict[str, Any] | None) -> pika.BasicProperties:
    """The AMQP properties of the reply to `ask`. The reply expires when the client stops waiting."""
    return _properties(
        correlation_id=ask.correlation_id,
        expiration=ask.expiration,
        headers=headers,
    )
