"""The world: every object the stand-in keeps, its clock and its journal. Nothing else is state."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.stripe.clock import Clock
from sandbox.stripe.contract import object_violations
from sandbox.stripe.errors import missing
from sandbox.stripe.journal import Entry, Journal, Movement

if TYPE_CHECKING:
    from sandbox.stripe.faults import Taken

Json: TypeAlias = dict[str, Any]

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True, slots=True)
class Cause:
    """What made something happen: an API request, or neither a request nor a key (a payer, time)."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class Settings:
    """How this stand-in behaves where Stripe's own behaviour is uncertain or configurable."""

    strict: bool = True
    hold_days: int = 7
    release_shows_as_refund: bool = False


@dataclass(slots=True)
class World:
    """All objects by id, newest last, as the JSON they are answered as."""

    emit: Callable[[Json], None]
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    journal: Journal = field(default_factory=Journal)
    sessions: dict[str, Json] = field(default_factory=dict)
    line_items: dict[str, list[Json]] = field(default_factory=dict)
    intents: dict[str, Json] = field(default_factory=dict)
    charges: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    prices: dict[str, Json] = field(default_factory=dict)
    payment_methods: dict[str, Json] = field(default_factory=dict)
    payment_intent_data: dict[str, Json] = field(default_factory=dict)
    intent_of_session: dict[str, str] = field(default_factory=dict)
    session_of_intent: dict[str, str] = field(default_factory=dict)
    refused_captures: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    violations: list[Json] = field(default_factory=list)

    def publish(self, event_type: str, subject: Json, cause: Cause, *, previous: Json | None = None) -> None:
        """Record an event about `subject` as it is now, and send it to the webhook."""
        data: Json = {"object": clone(subject)}
        if previous is not None:
            data["previous_attributes"] = clone(previous)
        event: Json = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.clock.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": cause.request_id, "idempotency_key": cause.idempotency_key},
            "type": event_type,
        }
        self.check(event, f"event {event_type}")
        self.events[event["id"]] = event
        self.emit(event)

    def book(self, movement: Movement, charge: Json, cause: Cause, *, amount: int, about: Json) -> None:
        """Write a movement of `charge`'s money into the journal; `about` carries the metadata."""
        self.journal.append(
            Entry(
                sequence=len(self.journal) + 1,
                movement=movement,
                amount=amount,
                currency=charge["currency"],
                payment_intent=charge["payment_intent"],
                charge=charge["id"],
                object=charge["id"] if about["object"] == "payment_intent" else about["id"],
                at=self.clock.now(),
                request_id=cause.request_id,
                idempotency_key=cause.idempotency_key,
                metadata=dict(about["metadata"]),
            )
        )

    def check(self, answer: Json, where: str) -> None:
        """Record what the official types do not allow; in strict mode, fail on it."""
        found = object_violations(answer)
        if not found:
            return
        self.violations.append({"where": where, "problems": found})
        if self.settings.strict:
            raise ContractBrokenError(f"{where}: {'; '.join(found)}")


@dataclass(frozen=True, slots=True)
class Call:
    """One API request on its way to the handler that does its work."""

    world: World
    params: Json
    id: str
    cause: Cause
    public_url: str
    faults: Taken


class ContractBrokenError(Exception):
    """An answer or event of the stand-in that the official library's types do not allow."""


def clone(value: Json) -> Json:
    copied: Json = json.loads(json.dumps(value))
    return copied


def find(kind: str, objects: dict[str, Json], named: str, *, param: str = "id") -> Json:
    """The object with this id; raises Stripe's `resource_missing`."""
    if named not in objects:
        raise missing(kind, named, param=param)
    return objects[named]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"
