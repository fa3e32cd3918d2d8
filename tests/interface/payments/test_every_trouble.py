"""Each way to move money × each way for that to go wrong: exactly one movement, and the state is right.

The judge is the stand-in's own journal; rows of the first table are moves, rows of the second are troubles.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.payments.cards import CallRefused, Cards
from services.payments.stripe_gateway import StripeCards
from tests.interface.payments.breaking import Crash, DyingCards
from tests.interface.payments.conftest import KEY, SECRET
from tests.interface.payments.house import House

Entries = list[tuple[str, int]]
HELD, TAKEN, GONE = ("authorise", 15000), ("capture", 15000), ("void", 15000)


@dataclass(frozen=True, kw_only=True)
class Move:
    """A way to move money: how it begins and is asked for, its call's key and path, what it comes to, refused or not.

    Where the provider refuses for good, `if_refused` is what happens instead; None: it is tried again and succeeds.
    """

    name: str
    begin: Callable[[House], str]
    ask: Callable[[House, str], None]
    key: str
    path: str
    status: str
    journal: Entries
    if_refused: tuple[str, Entries, str] | None = None


MOVES = (
    Move(
        name="capture", begin=House.authorised, ask=House.approve, key="capture", path="/capture$",
        status="CAPTURED", journal=[HELD, TAKEN],
        if_refused=("FAILED", [HELD, GONE], "PaymentCaptureFailed"),
    ),
    Move(
        name="void", begin=House.authorised, ask=House.decline, key="void", path="/cancel$",
        status="VOIDED", journal=[HELD, GONE],
    ),
    Move(
        name="refund", begin=House.captured, ask=lambda house, name: house.cancel(name, fee=5000), key="refund-",
        path="/refunds$", status="PARTIALLY_REFUNDED", journal=[HELD, TAKEN, ("refund", 10000)],
        if_refused=("CAPTURED", [HELD, TAKEN], "RefundFailed"),
    ),
    Move(
        name="fee", begin=House.authorised, ask=lambda house, name: house.cancel(name, fee=5000), key="capture",
        path="/capture$", status="CAPTURED", journal=[HELD, ("capture", 5000), ("void", 10000)],
        if_refused=("VOIDED", [HELD, GONE], "PaymentVoided"),
    ),
)  # fmt: skip


class ForgetfulCards(DyingCards):
    """Cards whose process dies once the answer to a call is noted: at the next look."""

    def __init__(self, cards: Cards, *, noted: str) -> None:
        super().__init__(cards)
        self._noted = noted
        self._called = False

    def perform(self, request: str, *, key: str) -> str:
        done = super().perform(request, key=key)
        self._called = self._called or f":{self._noted}" in key
        return done

    def intent(self, intent_id: str) -> Any:
        if self._called:
            raise Crash
        return self._cards.intent(intent_id)


class RefusingCards(DyingCards):
    """Cards that refuse the first such call, for good."""

    def __init__(self, cards: Cards, *, refused: str) -> None:
        super().__init__(cards)
        self._refused = refused

    def perform(self, request: str, *, key: str) -> str:
        if self._refused and f":{self._refused}" in key:
            self._refused = ""
            raise CallRefused("refused_for_good")
        return super().perform(request, key=key)


def hasty(house: House) -> StripeCards:
    """Cards that wait for an answer no longer than a moment."""
    return StripeCards(KEY, url=house.stripe.url, secrets=(SECRET,), timeout=(1.0, 0.15))


def at_the_provider(**fault: Any) -> Callable[[House, Move], None]:
    def strike(house: House, move: Move) -> None:
        house.stripe.fault(**{"path": move.path, "method": "POST", **fault})

    return strike


def too_slow(when: str) -> Callable[[House, Move], None]:
    def strike(house: House, move: Move) -> None:
        house.rewire(hasty(house))
        house.stripe.fault("delay", path=move.path, method="POST", seconds=0.4, when=when)

    return strike


def down(house: House, _: Move) -> None:
    house.stripe.fault("fail_before", path="/v1/", drop=True, times=6)


def dies(**where: str) -> Callable[[House, Move], None]:
    def strike(house: House, move: Move) -> None:
        (moment,) = where
        kind: Any = ForgetfulCards if moment == "noted" else DyingCards
        house.rewire(kind(house.cards, **{moment: move.key}))

    return strike


TROUBLES: dict[str, Callable[[House, Move], None]] = {
    "slower than we wait, before the work": too_slow("before"),
    "slower than we wait, after the work": too_slow("after"),
    "down": down,
    "cut before the work": at_the_provider(kind="fail_before", drop=True),
    "cut after the work": at_the_provider(kind="fail_after", drop=True),
    "a stored 500 before the work": at_the_provider(kind="fail_before"),
    "a stored 500, three times over": at_the_provider(kind="fail_before", times=3),
    "a stored 500 after the work": at_the_provider(kind="fail_after"),
    "a 503 to be repeated, after the work": at_the_provider(kind="fail_after", status=503, store="answer"),
    "too many requests": at_the_provider(kind="fail_before", status=429, store="nothing", times=3),
    "locked": at_the_provider(kind="fail_before", status=409, store="nothing", times=3),
    "dies before the call": dies(before="x"),
    "dies after the call, before the note": dies(after="x"),
    "dies after the note": dies(noted="x"),
}


def come_what_may(house: House) -> int:
    """Errands until nothing about money is owed; a process that dies is started again. How often it died."""
    deaths, deadline = 0, time.monotonic() + 10
    while deaths < 4 and time.monotonic() < deadline:
        try:
            house.settle()
        except Crash:
            deaths += 1
            house.rewire(house.cards)
            house.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
        else:
            if not house.sql("SELECT * FROM job WHERE kind = 'Pursue' AND done_at IS NULL AND gave_up_at IS NULL"):
                return deaths
    raise AssertionError(f"it does not come to its end; it died {deaths} times")


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
@pytest.mark.parametrize("strike", TROUBLES.values(), ids=TROUBLES)
def test_money_moves_once_whatever_goes_wrong(house: House, move: Move, strike: Callable[[House, Move], None]) -> None:
    booking_id = move.begin(house)
    strike(house, move)

    move.ask(house, booking_id)
    deaths = come_what_may(house)

    assert deaths + sum(fault["struck"] for fault in house.stripe.faults()) > 0, "nothing went wrong"
    assert house.journal(booking_id) == move.journal
    assert house.ledger(booking_id) == move.journal
    assert house.status(booking_id) == move.status
    assert house.sql("SELECT * FROM job WHERE gave_up_at IS NOT NULL") == []


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_what_is_refused_for_good_has_its_own_outcome(house: House, move: Move) -> None:
    booking_id = move.begin(house)
    house.rewire(RefusingCards(house.cards, refused=move.key))

    move.ask(house, booking_id)
    house.settle()

    status, journal, told = move.if_refused or (move.status, move.journal, "PaymentVoided")
    assert house.journal(booking_id) == journal
    assert house.ledger(booking_id) == journal
    assert (house.status(booking_id), house.events(booking_id)[-1]) == (status, told)


class CarelessCards(DyingCards):
    """Cards that make every call as another, and never see what was given back."""

    def perform(self, request: str, *, key: str) -> str:
        return self._cards.perform(request, key=f"{key}:{uuid4()}")

    def refunds(self, intent_id: str) -> Any:
        del intent_id
        return ()


def test_without_keys_and_without_looking_money_would_move_twice(house: House) -> None:
    """The negative control: a refund that is cut after its work."""
    booking_id = house.captured()
    house.rewire(CarelessCards(house.cards))
    house.stripe.fault("fail_after", path="/refunds$", method="POST", drop=True)

    house.cancel(booking_id, fee=8000)
    house.run(rounds=2)

    assert house.journal(booking_id) == [HELD, TAKEN, ("refund", 7000), ("refund", 7000)]
