"""The money journal: an append-only list of every movement, the reference for ledger checks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Movement = Literal[
    "authorise",
    "capture",
    "release",
    "void",
    "expire",
    "refund",
    "refund_failed",
    "dispute",
    "dispute_won",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One movement. Amounts are positive minor units; `at` is the stand-in's clock, UTC seconds.

    Held money: authorise = capture + release + void + expire, once the intent has ended.
    Earned money: capture + refund_failed + dispute_won - refund - dispute.
    `object` is the id of the charge, refund or dispute. For a refund, `metadata` is the
    refund's metadata, otherwise the intent's.
    """

    sequence: int
    movement: Movement
    amount: int
    currency: str
    payment_intent: str
    charge: str
    object: str
    at: int
    request_id: str | None
    idempotency_key: str | None
    metadata: dict[str, str]


class MoneyJournal:
    """Entries in order."""

    def __init__(self) -> None:
        self._entries: list[JournalEntry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, entry: JournalEntry) -> None:
        self._entries.append(entry)

    def entries_after(self, sequence: int) -> list[dict[str, Any]]:
        """The entries after this one."""
        return [asdict(entry) for entry in self._entries[sequence:]]

    def entries(self, payment_intent: str | None = None) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self._entries if payment_intent in (None, entry.payment_intent)]
