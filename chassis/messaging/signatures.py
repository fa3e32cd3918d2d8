"""What is signed: asks, the callers for whom the gateway vouches, and events.

Each signature is an HMAC-SHA256 under the key of its signer and its verifier, so that a verifier cannot sign as
somebody else. It names its kind, so that a signature of one kind is none of another.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pika

from chassis import codec, time_limits
from chassis.messaging.keys import Keyring, audiences
from contracts.askers import GATEWAY, asks_any
from contracts.catalogue import OWNERS
from contracts.message import Envelope
from contracts.values import Caller, Context

ASKER, SIGNATURE, SIGNATURES, DEADLINE = "asker", "signature", "signatures", "deadline"
CALLER_FIELDS = tuple(field.name for field in fields(Caller))


def sign_ask(keyring: Keyring, service: str, method: str, properties: pika.BasicProperties, body: bytes) -> None:
    """Put the asker and the signature for `service` into the headers of an ask."""
    if keyring:
        properties.headers[ASKER] = keyring.user
        content = ask_content(keyring.user, service, method, properties, body)
        properties.headers[SIGNATURE] = keyring.sign(service, content)


def ask_content(asker: str, service: str, method: str, properties: pika.BasicProperties, body: bytes) -> bytes:
    """The signed content of an ask: asker, audience, method, message id, deadline, reply queue and hash of the body."""
    deadline = (properties.headers or {}).get(DEADLINE)
    words = ("ask", asker, service, method, properties.correlation_id, deadline, properties.reply_to)
    return _content(*words, hashlib.sha256(body).hexdigest())


def vouched(keyring: Keyring, service: str, context: Context, *, deadline: float) -> Context:
    """The context with the gateway's vouchers for its caller, one for each service that `service` may ask in turn.

    `service` itself needs none, because the gateway signs the ask. `deadline` is that of the ask, in seconds from now.
    """
    others = _reached(service)
    if not keyring or not others or context.caller == Caller():
        return context
    until = int((time.time() + deadline + time_limits.AFTER_THE_ASKS_DEADLINE) * 1000)
    caller = codec.plain(context.caller)
    signed = {other: keyring.sign(other, caller_content(other, caller, context.request_id, until)) for other in others}
    return replace(context, vouchers={other: f"{until}:{signature}" for other, signature in signed.items()})


def is_vouched(keyring: Keyring, context: Mapping[str, Any]) -> bool:
    """Whether the gateway vouches to this process for the caller of a context, given as plain data, until now."""
    until, _, signature = str((context.get("vouchers") or {}).get(keyring.user, "")).partition(":")
    if not until.isdecimal() or int(until) < time.time() * 1000:
        return False
    content = caller_content(keyring.user, context.get("caller") or {}, context.get("request_id") or "", int(until))
    return keyring.verify(GATEWAY, content, signature)


def caller_content(service: str, caller: Mapping[str, Any], request_id: str, until: int) -> bytes:
    """The signed content of a voucher."""
    return _content("caller", service, until, request_id, json.dumps(canonical(caller)))


def canonical(caller: Mapping[str, Any]) -> list[Any]:
    """The fields of a caller, in one order. Raises `TypeError` for values that a caller cannot have."""
    values = [caller.get(name) for name in CALLER_FIELDS]
    return [sorted(value) if isinstance(value, list | tuple | set | frozenset) else value for value in values]


def sign_event(keyring: Keyring, event: Envelope, body: bytes) -> dict[str, str]:
    """The signatures of an event, by audience."""
    digest = hashlib.sha256(body).hexdigest()
    signed = {
        each: keyring.sign(each, _content("event", event.source, each, digest)) for each in audiences(event.source)
    }
    return {audience: signature for audience, signature in signed.items() if signature}


def event_problem(keyring: Keyring, event: Envelope, headers: Mapping[str, Any] | None, body: bytes) -> str:
    """Why this process does not believe that the event is its owner's; empty where it does."""
    if not keyring:
        return ""
    signatures = (headers or {}).get(SIGNATURES)
    signature = signatures.get(keyring.user) if isinstance(signatures, dict) else None
    if not signature:
        return f"not signed for {keyring.user}"
    if event.source not in OWNERS or event.type.partition(".")[0] != event.source:
        return "not an event of the service that it names"
    content = _content("event", event.source, keyring.user, hashlib.sha256(body).hexdigest())
    return "" if keyring.verify(event.source, content, str(signature)) else f"not signed by {event.source}"


@cache
def _reached(service: str) -> tuple[str, ...]:
    """The services that this service may ask, and those that these may ask, and so on."""
    reached, rest = set[str](), [service]
    while rest:
        asker = rest.pop()
        more = {other for other in OWNERS if asks_any(asker, other)} - reached
        reached |= more
        rest += more
    return tuple(sorted(reached - {service}))


def _content(*words: Any) -> bytes:
    """The words, each with its length, so that no two lists of words have the same content."""
    texts = [str(word) for word in words]
    return "".join(f"{len(text)}:{text}" for text in texts).encode("utf-8", "surrogatepass")
