"""Card providers around whose calls the process crashes, and the state of the stand-in afterwards."""

from typing import Any

from services.payments.cards import Cards
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

    def perform(self, request: str, *, key: str) -> str:
        if self._before and f":{self._before}" in key:
            raise Crash
        object_id = self._cards.perform(request, key=key)
        if self._after and f":{self._after}" in key:
            raise Crash
        return object_id


def count_movements(service: PaymentsUnderTest, booking_id: str, movement: str) -> int:
    return sum(kind == movement for kind, _ in service.journal(booking_id))


def provider_sessions(service: PaymentsUnderTest) -> list[dict[str, Any]]:
    return list(service.stripe.state.store.sessions.values())
