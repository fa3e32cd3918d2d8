"""The interface of the simulated world that the judge uses, and the breaches that its checks report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from hotelmate.invariants.context import ExaminationContext
from sandbox.stripe.in_memory import InMemoryStripe

Row = dict[str, Any]


class Breach(NamedTuple):
    """A broken promise: `invariant` names it (`I1` to `I19`, or a word), `text` says what is wrong."""

    invariant: str
    text: str


class JudgedWorld(Protocol):
    """The part of the world that the judge reads: databases, the provider, sent mails and pushes, the time.

    `shares` counts what has happened so far, by kind: the accidents among it may repeat a mail.
    """

    shares: Counter[str]

    @property
    def stripe(self) -> InMemoryStripe:
        """The card provider, with its journal."""

    @property
    def mailbox(self) -> list[Any]:
        """The mails that were sent."""

    @property
    def pusher(self) -> list[Any]:
        """The messages that were pushed."""

    def now(self) -> datetime:
        """The domain's time, UTC."""

    def sql(self, service: str, statement: str, **values: Any) -> list[Row]:
        """The rows of a statement in a service's database; parameters are written `%(name)s`."""

    def examination(self) -> ExaminationContext:
        """The context in which the product's own invariants are judged, at rest."""

    def violate(self, kind: str, text: str) -> None:
        """Report a violation, which ends the run."""
