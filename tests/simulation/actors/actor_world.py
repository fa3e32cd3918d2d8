"""The interface of the simulated world that actors use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol, TypeVar

from contracts.message import Ask
from contracts.values import Context
from sandbox.stripe.in_memory import InMemoryStripe

Reply = TypeVar("Reply")
Option = TypeVar("Option")


class ChoiceSource(Protocol):
    """Draws every choice of a run from one seed. Each choice has a name, by which a planted fault biases it."""

    def pick(self, name: str, options: Sequence[Option], weights: Sequence[float] | None = None) -> Option:
        """One of the options; with `weights`, in proportion to them."""

    def chance(self, name: str, probability: float) -> bool:
        """True with this probability."""


class ActorWorld(Protocol):
    """The part of the world that actors use: asks, payment pages, mails, time."""

    @property
    def choices(self) -> ChoiceSource:
        """The run's choices."""

    @property
    def stripe(self) -> InMemoryStripe:
        """The payment provider: its payment pages and its dashboard."""

    @property
    def mailbox(self) -> list[EmailMessage]:
        """The mails that were sent, oldest first."""

    def ask(self, message: Ask[Reply], context: Context, *, key: str = "", service: str = "") -> Reply:
        """Send an ask as the gateway or an operator does; `service` answers an ask that every service handles.

        Raises `Refusal`; `Unavailable` where no answer came in time.
        """

    def now(self) -> datetime:
        """The domain's time, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed."""

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass for everybody."""

    def start(self, actor: Callable[[Any], object], name: str) -> object:
        """Start another actor, in a greenlet of its own."""
