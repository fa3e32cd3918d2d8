"""The judge of changes that are paid first finds each broken promise, and none where there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chassis import codec
from contracts.bookings.change_previews import Settlement
from contracts.bookings.stay_changes import ChangeLapse, StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.values import GUEST, Actor, ActorKind, HotelSettings, Money
from tests.simulation.judging import changes_paid_first
from tests.simulation.judging.changes_paid_first import ChangesPaidFirst
from tests.simulation.judging.judged_world import Row

NOW = datetime(2031, 5, 5, 12, tzinfo=UTC)
BOOKING, CHANGE = "BK-1", "BK-1~one"
STAY: dict[str, Any] = {
    "check_in": NOW.date(), "check_out": NOW.date().replace(day=7), "room_type_code": "SGL", "adults": 1, "children": 0,
}  # fmt: skip


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def held(change_id: str = CHANGE) -> StayChangeHeld:
    """A change for 80 euros."""
    money = {"total": euros(16_000), "amount": euros(8_000)}
    more: dict[str, Any] = {**money, "expires_at": NOW, "held_at": NOW, "held_by": GUEST}
    return StayChangeHeld(hotel="h", booking_id=BOOKING, change_id=change_id, **STAY, **more)


def lapsed() -> StayChangeLapsed:
    """The change is not paid."""
    more: dict[str, Any] = {"amount": euros(8_000), "reason": ChangeLapse.NOT_PAID, "lapsed_at": NOW}
    return StayChangeLapsed(hotel="h", booking_id=BOOKING, change_id=CHANGE, **more)


def changed(change_id: str | None = CHANGE, *, due: int = 0, by: Actor = GUEST) -> StayChanged:
    """The stay is changed."""
    before = {f"previous_{name}": value for name, value in STAY.items()}
    money: dict[str, Any] = {
        name: euros(0) for name in ("difference", "fee", "refund", "refund_at_desk", "waived", "previous_total")
    }
    return StayChanged(
        hotel="h",
        booking_id=BOOKING,
        **STAY,
        **before,
        **money,
        total=euros(16_000),
        balance_due=euros(due),
        settlement=Settlement.PAY_FIRST if change_id else Settlement.OWED,
        checkout_deadline_at=NOW,
        changed_at=NOW,
        changed_by=by,
        change_id=change_id,
    )


@dataclass
class World:
    """A world with one booking of 80 euros that a card has paid, and with these events and movements."""

    events: list[Any] = field(default_factory=list)
    movements: list[tuple[str, int]] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    nights: list[Row] = field(default_factory=list)
    key: str | None = "key"
    settings: HotelSettings = field(default_factory=HotelSettings)
    due: int = 0

    def sql(self, service: str, statement: str, **values: Any) -> list[Row]:
        """The rows of the judge's statements."""
        answers: dict[str, list[Row]] = {
            changes_paid_first._EVENTS: list(self._rows(values.get("known", ()))),
            changes_paid_first._BALANCES: [{"id": BOOKING, "due": self.due, "collected": 8_000}],
            changes_paid_first._PAYMENTS: [{"id": "pay-2", "change_id": CHANGE}],
            changes_paid_first._WAITING: self.waiting,
            changes_paid_first._HELD_NIGHTS: self.nights,
        }
        return answers[statement]

    @property
    def stripe(self) -> Any:
        """The provider, with its journal."""
        intents = {"pi": {"metadata": {"payment_id": "pay-2", "booking_id": BOOKING}}}
        entries = [
            {"movement": movement, "amount": amount, "payment_intent": "pi", "idempotency_key": self.key}
            for movement, amount in self.movements
        ]
        journal = SimpleNamespace(entries_after=lambda number: entries[number:])
        store = SimpleNamespace(intents=intents, journal=journal)
        return SimpleNamespace(state=SimpleNamespace(store=store), journal=lambda: entries)

    def _rows(self, known: Collection[Any]) -> Iterator[Row]:
        terms = {"settings": codec.plain(self.settings)}
        for number, event in enumerate(self.events):
            row = {"id": number, "kind": type(event).__name__, "data": codec.plain(event), "terms": terms}
            if number not in known:
                yield {**row, "from_status": "CONFIRMED"}


PAID = [("authorise", 8_000), ("capture", 8_000)]
STAFF = Actor(ActorKind.STAFF, "1")


def breaches(world: World) -> list[str]:
    """The kinds of the breaches: after a first look, after the events, and at rest."""
    judge, events, world.events = ChangesPaidFirst(Counter()), world.events, []
    movements, world.movements = world.movements, []
    kinds = [breach.invariant for breach in judge.breaches(world)]  # type: ignore[arg-type]
    world.events, world.movements = events, movements
    kinds += [breach.invariant for breach in judge.breaches(world)]  # type: ignore[arg-type]
    return kinds + [breach.invariant for breach in judge.at_rest(world)]  # type: ignore[arg-type]


WAITS = [{"id": CHANGE, "paid_at": None}]
OWED = HotelSettings(change_payment_guest="owed")
FIRST = HotelSettings(change_payment_staff="first")


@pytest.mark.parametrize(
    "world",
    [
        World(),
        World([held()], waiting=WAITS, nights=[{"id": CHANGE, "what": "nights"}]),
        World([held(), changed()], PAID),
        World([held(), lapsed()]),
        World([held(), lapsed()], [("authorise", 8_000), ("void", 8_000)]),
        World([held(), lapsed()], [*PAID, ("refund", 8_000)]),
        World([held(), lapsed()], [*PAID, ("refund", 8_000), ("refund_failed", 8_000)]),
        World([held(), changed()], [("authorise", 8_000), ("capture", 4_000)], key=None),  # people did so
        World([changed(None, due=49)]),
        World([changed(None, due=8_000)], settings=OWED),
        World([changed(None, due=8_000, by=STAFF)]),
        World([changed(None, due=8_000)], due=8_000),
    ],
)
def test_a_promise_that_holds_is_no_breach(world: World) -> None:
    assert breaches(world) == []


@pytest.mark.parametrize(
    ("world", "kinds"),
    [
        (World([held()]), ["liveness"]),
        (World([held()], PAID, waiting=[{"id": CHANGE, "paid_at": "now"}]), ["liveness"]),
        (World([held(), changed()]), ["paid first"]),
        (World([held(), changed()], PAID[:1]), ["paid first"]),
        (World([held(), changed()], [("authorise", 8_000), ("capture", 7_999)]), ["paid first"]),
        (World([held(), changed()], [*PAID, *PAID]), ["paid first", "I9"]),
        (World([changed()], PAID), ["paid first", "paid first"]),
        (World([held(), lapsed(), changed()], PAID), ["paid first"]),
        (World([held(), lapsed()], PAID), ["money"]),
        (World([held(), lapsed()], PAID[:1]), ["money"]),
        (World([changed(None, due=8_000)]), ["paid first"]),
        (World([changed(None, due=8_000, by=STAFF)], settings=FIRST), ["paid first"]),
        (World(nights=[{"id": CHANGE, "what": "nights"}]), ["I2"]),
    ],
)
def test_a_broken_promise_is_found(world: World, kinds: list[str]) -> None:
    assert breaches(world) == kinds


def test_a_change_that_a_client_was_told_of_and_that_is_not_stored_is_found() -> None:
    judge = ChangesPaidFirst(Counter())
    judge._answered[CHANGE] = 8_000

    assert [breach.invariant for breach in judge.at_rest(World())] == ["I14"]  # type: ignore[arg-type]
