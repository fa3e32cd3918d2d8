"""Asking another service and waiting for its reply, from any thread: services, the command line, tests."""

import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec, trace, wire
from chassis.doors import method_of
from chassis.line import Line
from chassis.refusal import Unavailable
from contracts.message import Ask, reply_type
from contracts.values import Caller, Context

Reply = TypeVar("Reply")

DEADLINE = 5.0


@dataclass
class Waiting:
    """An ask that is under way."""

    done: threading.Event = field(default_factory=threading.Event)
    body: bytes | None = None
    problem: str = ""

    def end(self, *, body: bytes | None = None, problem: str = "") -> None:
        """The reply is here, or never will be."""
        self.body, self.problem = body, problem
        self.done.set()


class Asker:
    """A client of every service's asks. Fails at once when the broker goes; never waits past the deadline."""

    def __init__(self, url: str, name: str) -> None:
        self._queue = f"rpc.reply-{name}-{uuid.uuid4().hex}"
        self._line = Line(url, f"{name}-asks", on_open=self._open, on_lost=self._lost)
        self._channel: BlockingChannel | None = None
        self._waiting: dict[str, Waiting] = {}

    def start(self, *, wait: float = 0) -> "Asker":
        """Connect; wait up to that many seconds for the broker."""
        self._line.start()
        if wait:
            self._line.opened.wait(wait)
        return self

    def stop(self) -> None:
        """Disconnect; what is under way fails."""
        self._line.stop()
        self._lost()

    def __call__(
        self,
        message: Ask[Reply],
        context: Context | None = None,
        *,
        service: str | None = None,
        deadline: float = DEADLINE,
    ) -> Reply:
        """Ask and wait. Raises the answerer's `Refusal`, or `Unavailable`."""
        owner = service or message.owner
        asked = method_of(type(message))
        around = context or Context(caller=Caller(kind="system"))
        body = wire.ask_body(message, _traced(around))
        waiting, correlation_id = Waiting(), uuid.uuid4().hex
        self._waiting[correlation_id] = waiting
        if not self._line.opened.is_set():
            self._line.opened.wait(min(deadline, 1.0))
        try:
            if not self._line.hand(lambda: self._send(f"{owner}.{asked}", body, correlation_id, deadline)):
                raise Unavailable(f"{owner} cannot be asked {asked}: the broker is away")
            if not waiting.done.wait(deadline):
                raise Unavailable(f"{owner} did not answer {asked} in {deadline:g} s")
        finally:
            self._waiting.pop(correlation_id, None)
        if waiting.body is None:
            raise Unavailable(f"{owner} cannot be asked {asked}: {waiting.problem}")
        answer = codec.decode(waiting.body)
        if answer["error"]:
            wire.raise_error(answer["error"])
        reply: Reply = codec.typed(answer["result"], reply_type(type(message)))
        return reply

    def _open(self, channel: BlockingChannel) -> None:
        wire.declare(channel)
        channel.queue_declare(self._queue, exclusive=True, auto_delete=True)
        channel.queue_bind(self._queue, wire.ASKS, self._queue)
        channel.basic_consume(self._queue, self._heard, auto_ack=True)
        channel.add_on_return_callback(self._returned)
        self._channel = channel

    def _send(self, key: str, body: bytes, correlation_id: str, deadline: float) -> None:
        if self._channel is None or not self._channel.is_open:
            self._lost()
            return
        properties = pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=1,
            reply_to=self._queue,
            correlation_id=correlation_id,
            expiration=str(int(deadline * 1000)),
            headers={"nameko.call_id_stack": [correlation_id], "deadline": int((time.time() + deadline) * 1000)},
        )
        self._channel.basic_publish(wire.ASKS, key, body, properties, mandatory=True)

    def _heard(self, _: Any, __: Any, properties: pika.BasicProperties, body: bytes) -> None:
        waiting = self._waiting.get(properties.correlation_id or "")
        if waiting:
            waiting.end(body=body)

    def _returned(self, _: Any, __: Any, properties: pika.BasicProperties, ___: bytes) -> None:
        waiting = self._waiting.get(properties.correlation_id or "")
        if waiting:
            waiting.end(problem="nobody listens")

    def _lost(self) -> None:
        for waiting in list(self._waiting.values()):
            waiting.end(problem="the broker went away")


def _traced(context: Context) -> Context:
    current = trace.current()
    if not current or context.traceparent == current:
        return context
    return replace(context, traceparent=current)
