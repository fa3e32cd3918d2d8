"""Card providers around whose calls the process crashes, and the state of the stand-in afterwards."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from services.payments.cards import CallAnswer, CallRefused, Cards
from tests.interface.payments.payments_under_test import PaymentsUnderTest


class Crash(BaseException):
    """The process crashed."""


class CrashingCards:
    """Crashes the process before the named action is sent, or after the action was answered."""

    def __init__(self, cards: Cards, *, before: str = "", after: str = "") -> None:
        self._cards = cards
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cards, name)

    def perform(self, request: str, *, key: str) -> CallAnswer:
        if self._before and f":{self._before}" in key:
            raise Crash
        answer = self._cards.perform(request, key=key)
        if self._after and f":{self._after}" in key:
            raise Crash
        return answer


class TakenOverCards(CrashingCards):
    """Another process takes the request over once the named action was answered."""

    def __init__(self, cards: Cards, lose_claim: Callable[[], object], *, after: str) -> None:
        super().__init__(cards)
        self._lose_claim = lose_claim
        self._lost_after = after

    def perform(self, request: str, *, key: str) -> CallAnswer:
        answer = super().perform(request, key=key)
        if f":{self._lost_after}" in key:
            self._lose_claim()
        return answer


class CrashAfterResultCards(CrashingCards):
    """Crashes the process once the result of the named action is stored: at the next sync."""

    def __init__(self, cards: Cards, *, after_result: str) -> None:
        super().__init__(cards)
        self._after_result = after_result
        self._called = False

    def perform(self, request: str, *, key: str) -> CallAnswer:
        answer = super().perform(request, key=key)
        self._called = self._called or f":{self._after_result}" in key
        return answer

    def intent(self, intent_id: str) -> Any:
        if self._called:
            raise Crash
        return self._cards.intent(intent_id)


class RefusingCards(CrashingCards):
    """Refuses the first call of the named action for good."""

    def __init__(self, cards: Cards, *, refused: str) -> None:
        super().__init__(cards)
        self._refused = refused

    def perform(self, request: str, *, key: str) -> CallAnswer:
        if self._refused and f":{self._refused}" in key:
            self._refused = ""
            raise CallRefused("refused_for_good")
        return super().perform(request, key=key)


class UnsafeCards(CrashingCards):
    """Sends every call under a new key, and shows no refunds."""

    def perform(self, request: str, *, key: str) -> CallAnswer:
        return self._cards.perform(request, key=f"{key}:{uuid4()}")

    def intent(self, intent_id: str) -> Any:
        return replace(self._cards.intent(intent_id), refunds=())


def count_movements(service: PaymentsUnderTest, booking_id: str, movement: str) -> int:
    return sum(kind == movement for kind, _ in service.journal(booking_id))


def provider_sessions(service: PaymentsUnderTest) -> list[dict[str, Any]]:
    return list(service.stripe.state.store.sessions.values())
