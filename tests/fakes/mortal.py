"""Processes that can die: before or after any commit, and before or after any call to the card provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Envelope
from contracts.values import Context
from services.payments.cards import Cards


class Crash(BaseException):
    """The process is gone."""


class Fate:
    """How many steps everybody has still to live; for ever unless it is said."""

    def __init__(self) -> None:
        self.steps: int | None = None

    def step(self) -> None:
        """One step more; raises `Crash` where it was the last."""
        if self.steps is None:
            return
        self.steps -= 1
        if self.steps < 0:
            self.steps = None
            raise Crash


class MortalTransactor(UnitOfWork):
    """Transactions around which a process may die. `ahead` says how far the domain's clock runs before the wall's."""

    def __init__(self, *given: Any, fate: Fate, ahead: Callable[[], timedelta], **named: Any) -> None:
        super().__init__(*given, **named)
        self._fate = fate
        self._ahead = ahead

    def now(self, connection: sa.Connection) -> datetime:
        return datetime.now(UTC) + self._ahead()

    @contextmanager
    def begin(self, context: Context | None = None, *, cause: Envelope | None = None) -> Iterator[Work]:
        with super().begin(context, cause=cause) as work:
            yield work
            self._fate.step()
        self._fate.step()


class MortalCards:
    """Cards around whose calls a process may die."""

    def __init__(self, cards: Cards, fate: Fate) -> None:
        self._cards = cards
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cards, name)

    def perform(self, request: str, *, key: str) -> str:
        self._fate.step()
        done = self._cards.perform(request, key=key)
        self._fate.step()
        return done
