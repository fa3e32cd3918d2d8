"""A toy service with keys, and asks and events as somebody would forge them."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec
from chassis.messaging import ask_protocol, topology
from chassis.messaging.keys import Keyring, keys_of
from chassis.messaging.signatures import sign_ask, vouched
from contracts.message import Ask
from contracts.rooms.holds import ReleaseInventory
from contracts.values import Caller, Context, Permission

MASTER = "the master key of the tests of signatures"
SIGNED = {"MESSAGE_KEYS": keys_of("rooms", [MASTER])}
STAFF = Caller(kind="staff", staff_id="7", name="Aoife", hotel="h", permissions=frozenset(Permission))
GUEST = Caller(kind="guest", guest_token="t")
SYSTEM = Caller(kind="system")


def keyring(user: str) -> Keyring:
    """All keys that a process of this kind has."""
    return Keyring(user, keys_of(user, [MASTER]))


class Forger:
    """Sends asks to the toy with one user's credentials and keys; each step of an ask can be changed."""

    def __init__(self, channel: BlockingChannel, user: str) -> None:
        self.channel, self.user = channel, user
        self.queue = topology.reply_queue(user)
        channel.queue_declare(self.queue, exclusive=True)
        channel.queue_bind(self.queue, topology.replies(user), self.queue)
        channel.confirm_delivery()

    def context(self, caller: Caller, *, vouched_by: Keyring | None = None, service: str = "bookings") -> Context:
        """The context of an ask that `service` sends on, with the vouchers that `vouched_by` can make."""
        context = Context(caller=caller, request_id="r")
        return vouched(vouched_by, service, context, deadline=5) if vouched_by else context

    def send(
        self,
        message: Ask[Any],
        context: Context,
        *,
        signed_with: Keyring | None,
        service: str = "rooms",
        headers: Mapping[str, Any] | None = None,
        changed: Callable[[bytes], bytes] = lambda body: body,
        deadline: float = 5,
        correlation_id: str = "",
    ) -> str:
        """Send an ask; returns the error in the reply, or nothing."""
        body = ask_protocol.ask_body(message, context)
        name = correlation_id or uuid.uuid4().hex
        properties = ask_protocol.ask_properties(name, reply_to=self.queue, deadline=deadline)
        if deadline <= 0:
            properties.expiration = None
        if signed_with:
            sign_ask(signed_with, service, type(message).__name__, properties, body)
        properties.headers.update(headers or {})
        return self.publish(f"rooms.{type(message).__name__}", changed(body), properties)

    def publish(self, key: str, body: bytes, properties: pika.BasicProperties) -> str:
        """Publish an ask as it is, and wait for the reply."""
        self.channel.basic_publish(topology.asks("rooms"), key, body, properties, mandatory=True)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            _, replied, answer = self.channel.basic_get(self.queue, auto_ack=True)
            if replied is not None and replied.correlation_id == properties.correlation_id:
                error = codec.decode(answer)["error"]
                return json.dumps(error) if error else ""
            time.sleep(0.02)
        raise AssertionError("no reply")


def release(booking_id: str = "BK-1") -> ReleaseInventory:
    return ReleaseInventory(booking_id=booking_id)
