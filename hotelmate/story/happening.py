"""One thing that happened, wherever it was written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Where it was written down."""

    REQUEST = "request"  # an HTTP request, by its correlation id
    CHANGE = "change"  # the audit trail, with the event that told of it
    EVENT = "event"  # the outbox alone
    DELIVERY = "delivery"  # a listener's inbox
    WEBHOOK = "webhook"  # a notice of the provider's
    CALL = "call"  # a call that changes something at the provider
    MONEY = "money"  # the ledger
    PUSH = "push"
    MAIL = "mail"
    SMS = "sms"
    LOG = "log"  # a process's warning or error


@dataclass(frozen=True, kw_only=True)
class Happening:
    """`at` is wall time, UTC. `id` is what others name as their `cause`. Holds nothing that a person wrote or is."""

    at: datetime
    service: str
    kind: Kind
    what: str
    id: str = ""
    cause: str = ""
    trace_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
