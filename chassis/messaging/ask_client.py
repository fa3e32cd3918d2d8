"""The client of asks: sends an ask and waits for its reply, from any thread."""

import threading
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pika
from pika.exceptions import ConsumerCancelled

from chassis import codec
from chassis.messaging import ask_protocol, topology
from chassis.messaging.amqp.blocking import BlockingConnectionKeeper
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.keys import Keyring
from chassis.messaging.signatures import sign_ask
from chassis.observability import trace
from chassis.refusal import NoAnswer, Unavailable
from chassis.service import method_of
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT
from contracts.catalogue import ASKED
from contracts.message import Ask, reply_type
from contracts.values import Context

LOST = "the broker was lost"

Reply = TypeVar("Reply")


@dataclass
class PendingAsk:
    """An ask that was sent and has no reply yet."""

    done: threading.Event = field(default_factory=threading.Event)
    body: bytes | None = None
    problem: str = ""

    def end(self, *, body: bytes | None = None, problem: str = "") -> None:
        """Set the body of the reply, or the problem that prevents a reply."""
        self.body, self.problem = body, problem
        self.done.set()


class AskClient:
    """Sends the asks of a user of the broker, signed with `message_keys`. An ask fails when its deadline has passed.

    An ask fails at once when the broker is lost, and when no process of the service runs.
    """

    def __init__(self, url: str, user: str, message_keys: str = "") -> None:
        self._user = user
        self._keyring = Keyring(user, message_keys)
        self._queue = ""
        self._keeper = BlockingConnectionKeeper(url, f"{user}-asks", on_open=self._open, on_lost=self._lost)
        self._channel: BrokerChannel | None = None
        self._pending: dict[str, PendingAsk] = {}

    def start(self, *, wait: float = 0) -> "AskClient":
        """Connect, and wait up to `wait` seconds for the broker; returns the client."""
        self._keeper.start()
        if wait:
            self._keeper.opened.wait(wait)
        return self

    def stop(self) -> None:
        """Disconnect; pending asks fail."""
        self._keeper.stop()
        self._lost()

    def __call__(
        self,
        message: Ask[Reply],
        context: Context | None = None,
        *,
        service: str | None = None,
        deadline: float | None = None,
    ) -> Reply:
        """Ask, and wait up to `deadline` seconds for the reply.

        Raises the service's `Refusal`, `NoAnswer` where no reply came, or `Unavailable`.
        """
        within = deadline or message.answered_within
        owner = service or message.owner
        method = method_of(type(message))
        if owner not in ASKED:
            raise Unavailable(f"{owner} cannot be asked {method}: there is no such service")
        ask_context = context or SYSTEM_CONTEXT
        body = ask_protocol.ask_body(message, _traced(ask_context))
        pending, correlation_id = PendingAsk(), uuid.uuid4().hex
        self._pending[correlation_id] = pending
        if not self._keeper.opened.is_set():
            self._keeper.opened.wait(min(within, 1.0))
        try:
            if not self._keeper.submit(lambda: self._send(owner, method, body, correlation_id, within)):
                raise NoAnswer(f"{owner} cannot be asked {method}: the broker is away")
            if not pending.done.wait(within):
                raise NoAnswer(f"{owner} did not answer {method} in {within:g} s")
        finally:
            self._pending.pop(correlation_id, None)
        if pending.body is None:
            raise NoAnswer(f"{owner} cannot be asked {method}: {pending.problem}")
        with ask_protocol.reading_reply(f"the reply of {owner} to {method}"):
            answer = codec.decode(pending.body)
            if answer["error"]:
                ask_protocol.raise_error(answer["error"])
            reply: Reply = codec.typed(answer["result"], reply_type(type(message)))
        return reply

    def _open(self, channel: BrokerChannel) -> None:
        # A queue of the lost connection stays locked until the broker, too, has noticed the loss.
        self._queue = topology.reply_queue(self._user)
        channel.queue_declare(self._queue, exclusive=True, auto_delete=True)
        channel.queue_bind(self._queue, topology.replies(self._user), self._queue)
        channel.basic_consume(self._queue, self._replied, auto_ack=True)
        channel.add_on_return_callback(self._returned)
        channel.add_on_cancel_callback(lambda: channel.connection.end(ConsumerCancelled(self._queue)))
        self._channel = channel

    def _send(self, owner: str, method: str, body: bytes, correlation_id: str, deadline: float) -> None:
        if self._channel is None or not self._channel.is_open:
            self._pending[correlation_id].end(problem=LOST)
            return
        properties = ask_protocol.ask_properties(correlation_id, reply_to=self._queue, deadline=deadline)
        sign_ask(self._keyring, owner, method, properties, body)
        self._channel.basic_publish(topology.asks(owner), f"{owner}.{method}", body, properties, mandatory=True)

    def _replied(self, _: Any, __: Any, properties: pika.BasicProperties, body: bytes) -> None:
        if pending := self._pending.get(properties.correlation_id or ""):
            pending.end(body=body)

    def _returned(self, _: Any, __: Any, properties: pika.BasicProperties, ___: bytes) -> None:
        if pending := self._pending.get(properties.correlation_id or ""):
            pending.end(problem="no process of the service runs")

    def _lost(self) -> None:
        for pending in list(self._pending.values()):
            pending.end(problem=LOST)


def _traced(context: Context) -> Context:
    return replace(context, traceparent=trace.current() or context.traceparent)
