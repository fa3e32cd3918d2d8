"""The store: all Stripe objects with the clock and the money journal."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sandbox.stripe.clock import Clock
from sandbox.stripe.contract.responses import object_violations
from sandbox.stripe.errors import missing
from sandbox.stripe.journal import JournalEntry, MoneyJournal, Movement

if TYPE_CHECKING:
    from sandbox.stripe.faults import RequestFaults

Json: TypeAlias = dict[str, Any]

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True, slots=True)
class EventCause:
    """The API request that caused an event; empty for a payer's action or a deadline."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True)
class BehaviourSettings:
    """Settings for behaviour that is uncertain or configurable at Stripe."""

    strict: bool = True
    hold_days: int = 7
    release_shows_as_refund: bool = False


@dataclass(slots=True)
class StripeStore:
    """All objects, keyed by id, newest last, in the JSON form of responses."""

    emit: Callable[[Json], None]
    settings: BehaviourSettings
    clock: Clock = field(default_factory=Clock)
    journal: MoneyJournal = field(default_factory=MoneyJournal)
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
    refund_ends: dict[str, tuple[Literal["succeeded", "failed"], int]] = field(default_factory=dict)
    """The status that a refund will have, and the moment (UTC seconds)."""
    sent_events: dict[str, bool] = field(default_factory=dict)
    """The events that need not be sent any more."""
    violations: list[Json] = field(default_factory=list)
    changed: Callable[[Json], None] = lambda _: None
    """Called with the object of each new event."""

    def publish(self, event_type: str, subject: Json, cause: EventCause, *, previous: Json | None = None) -> None:
        """Record an event with the current state of `subject`, and queue its webhook."""
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
        self.check_contract(event, f"event {event_type}")
        self.events[event["id"]] = event
        self.changed(subject)
        self.emit(event)

    def record_movement(self, movement: Movement, charge: Json, cause: EventCause, *, amount: int, about: Json) -> None:
        """Record a movement of `charge`'s money in the journal; the entry has the metadata of `about`."""
        self.journal.append(
            JournalEntry(
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

    def check_contract(self, answer: Json, where: str) -> None:
        """Record contract violations; in strict mode, raise ContractBrokenError."""
        problems = object_violations(answer)
        if not problems:
            return
        self.violations.append({"where": where, "problems": problems})
        if self.settings.strict:
            raise ContractBrokenError(f"{where}: {'; '.join(problems)}")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One API request with its validated parameters, as passed to the handler."""

    store: StripeStore
    params: Json
    id: str
    cause: EventCause
    public_url: str
    faults: RequestFaults


class ContractBrokenError(Exception):
    """A response or event of the stand-in violates the official library's types."""


def clone(value: Json) -> Json:
    copied: Json = json.loads(json.dumps(value))
    return copied


def find(kind: str, objects: dict[str, Json], object_id: str, *, param: str = "id") -> Json:
    """The object with this id. Raises ApiError (`resource_missing`)."""
    if object_id not in objects:
        raise missing(kind, object_id, param=param)
    return objects[object_id]


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"
