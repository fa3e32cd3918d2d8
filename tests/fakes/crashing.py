"""Simulated crashes: before or after any commit, and before or after any call to the payment provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Envelope
from contracts.values import Context
from services.payments.cards import CallAnswer, Cards


class Crash(BaseException):
    """The process has crashed."""


class CrashPoints:
    """The number of steps until the next crash; None: no crash."""

    def __init__(self) -> None:
        self.steps: int | None = None

    def step(self) -> None:
        """Pass a crash point. Raises `Crash` if it is the chosen one."""
        if self.steps is None:
            return
        self.steps -= 1
        if self.steps < 0:
            self.steps = None
            raise Crash


class CrashingUnitOfWork(UnitOfWork):
    """Crash points before and after each commit, and after what is done at once.

    `ahead` is the domain clock's lead over real time.
    """

    def __init__(self, *args: Any, crash_points: CrashPoints, ahead: Callable[[], timedelta], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fate = crash_points
        self._ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead()

    @contextmanager
    def begin(self, context: Context | None = None, *, cause: Envelope | None = None) -> Iterator[Work]:
        with super().begin(context, cause=cause) as work:
            yield work
            self._fate.step()
        self._fate.step()

    @contextmanager
    def at_once(self, context: Context | None = None) -> Iterator[Work]:
        with super().at_once(context) as work:
            yield work
        self._fate.step()


class CrashingCards:
    """Cards with crash points before and after each call."""

    def __init__(self, cards: Cards, crash_points: CrashPoints) -> None:
        self._cards = cards
        self._fate = crash_points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cards, name)

    def perform(self, request: str, *, key: str) -> CallAnswer:
        self._fate.step()
        result = self._cards.perform(request, key=key)
        self._fate.step()
        return result
