"""Ways for a payments process to die, and what the provider has to say afterwards."""

from typing import Any

from services.payments.cards import Cards
from tests.interface.payments.house import House


class Crash(BaseException):
    """The process is gone."""


class DyingCards:
    """Cards whose process dies around a call: before it is sent, or after it was answered."""

    def __init__(self, cards: Cards, *, before: str = "", after: str = "") -> None:
        self._cards = cards
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cards, name)

    def perform(self, request: str, *, key: str) -> str:
        if self._before and f":{self._before}" in key:
            raise Crash
        done = self._cards.perform(request, key=key)
        if self._after and f":{self._after}" in key:
            raise Crash
        return done


def moved(house: House, booking_id: str, movement: str) -> int:
    return sum(kind == movement for kind, _ in house.journal(booking_id))


def sessions_at(house: House) -> list[dict[str, Any]]:
    return list(house.stripe.state.store.sessions.values())
