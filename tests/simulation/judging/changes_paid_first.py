"""Changes that are paid first: held, then applied once the whole difference is captured once, or given back.

The judge knows which changes must be paid first from the terms of the booking and the rise of what is owed, and what
was paid from the provider's journal. Of the services' data, it takes which payment is for which change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from chassis import codec
from contracts.bookings.stay_changes import StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.bookings.views import BookingDetail
from contracts.values import HotelSettings
from tests.simulation.judging.judged_world import Breach, JudgedWorld, Row
from tests.simulation.judging.money import ENDS_OF_HOLDS

FIRST = "first"
SMALLEST_CHARGE = 50  # minor units of the simulated hotels' currency
SERVICES = ("bookings", "payments")  # whose commits may break these promises
APPLIED, LAPSED = "was applied", "has lapsed"

_EVENTS = """
    SELECT CAST(event.id AS text) AS id, split_part(event.type, '.', 2) AS kind, event.data, audit.from_status,
           booking.terms
    FROM outbox event JOIN audit ON (audit.subject, audit.sequence) = (event.subject, event.sequence)
    JOIN booking ON booking.id = event.subject
    WHERE event.type IN ('bookings.StayChangeHeld.v1', 'bookings.StayChangeLapsed.v1', 'bookings.StayChanged.v1')
    AND NOT CAST(event.id AS text) = ANY(CAST(%(known)s AS text[])) ORDER BY event.position
"""
_BALANCES = """
    SELECT id, coalesce(balance_due, 0) AS due, coalesce(captured, 0) - coalesce(refunded, 0) AS collected FROM booking
"""
_PAYMENTS = "SELECT id, change_id FROM payment WHERE change_id IS NOT NULL"
_WAITING = """
    SELECT pending_change ->> 'id' AS id, pending_change ->> 'paid_at' AS paid_at FROM booking
    WHERE pending_change IS NOT NULL
"""
_HELD_NIGHTS = """
    SELECT booking_id AS id, 'nights' AS what FROM hold WHERE change_of IS NOT NULL AND ended_at IS NULL
    UNION SELECT booking_id, 'a night of a room' FROM period WHERE held AND live
    UNION SELECT part.booking_id, 'counted nights' FROM hold_part part
    JOIN hold USING (hotel, booking_id) WHERE hold.change_of IS NOT NULL
"""


@dataclass
class ChangePayment:
    """The provider's movements of the payments of one change, in minor units; `on_hold` is authorised at present.

    `captures` are those of the product. `by_hand` means that people did some on the dashboard, `failed` that a refund
    failed.
    """

    captures: int = 0
    on_hold: int = 0
    captured: int = 0
    refunded: int = 0
    by_hand: bool = False
    failed: bool = False

    @property
    def left(self) -> bool:
        """Whether any of the money has not been returned."""
        return self.on_hold != 0 or self.captured != self.refunded


@dataclass
class ChangesPaidFirst:
    """The changes of one run that were held for their payment. `coverage` counts what came of them."""

    coverage: Counter[str] = field(default_factory=Counter)
    _held: dict[str, StayChangeHeld] = field(default_factory=dict)
    _ended: dict[str, str] = field(default_factory=dict)
    _answered: dict[str, int] = field(default_factory=dict)
    _event_ids: list[str] = field(default_factory=list)
    _before: dict[str, Row] = field(default_factory=dict)
    _movements: int = 0

    def remember(self, outcome: Any) -> None:
        """Remember a change that a client was told to wait for."""
        if isinstance(outcome, BookingDetail) and outcome.pending_change:
            self._answered[outcome.pending_change.change_id] = outcome.pending_change.amount.amount

    def breaches(self, world: JudgedWorld, committed: Collection[str] = SERVICES) -> Iterator[Breach]:
        """The breaches after commits of these services."""
        if "bookings" in committed:
            for row in world.sql("bookings", _EVENTS, known=self._event_ids):
                self._event_ids.append(row["id"])
                yield from self._happened(row, world)
            self._before = {row["id"]: row for row in world.sql("bookings", _BALANCES)}
        entries = world.stripe.state.store.journal.entries_after(self._movements)
        self._movements += len(entries)
        if any(entry["movement"] == "capture" for entry in entries):
            for change_id, payment in payments_by_change(world).items():
                if payment.captures > 1:
                    yield Breach("I9", f"the difference of {change_id} is captured {payment.captures} times")

    def at_rest(self, world: JudgedWorld) -> Iterator[Breach]:
        """The breaches at rest: changes that have no end, money that was not returned, nights that are still held."""
        waiting = {row["id"]: row["paid_at"] for row in world.sql("bookings", _WAITING)}
        payments = payments_by_change(world)
        for change_id in self._held:
            end, payment = self._ended.get(change_id, ""), payments.get(change_id, ChangePayment())
            if not end and change_id not in waiting:
                yield Breach("liveness", f"{change_id} neither waits nor has it been applied or lapsed")
            elif waiting.get(change_id):
                yield Breach("liveness", f"{change_id} was paid at {waiting[change_id]}, and is not applied")
            if end == LAPSED and payment.left and not (payment.by_hand or payment.failed):
                sums = f"{payment.captured} are captured, {payment.refunded} refunded, {payment.on_hold} on hold"
                yield Breach("money", f"{change_id} has lapsed: {sums}")
        for row in world.sql("rooms", _HELD_NIGHTS):
            if row["id"] not in waiting:
                yield Breach("I2", f"{row['what']} are held for {row['id']}, which waits no longer")
        for change_id, amount in self._answered.items():
            held = self._held.get(change_id)
            if held is None or held.amount.amount != amount:
                yield Breach("I14", f"{change_id} was answered with {amount} to pay; that was not stored")

    def _happened(self, row: Row, world: JudgedWorld) -> Iterator[Breach]:
        match row["kind"]:
            case "StayChangeHeld":
                held = codec.typed(row["data"], StayChangeHeld)
                self._held[held.change_id] = held
                self.coverage["change held"] += 1
            case "StayChangeLapsed":
                lapsed = codec.typed(row["data"], StayChangeLapsed)
                yield from self._ends(lapsed.change_id, LAPSED)
                self.coverage[f"change {lapsed.reason}"] += 1
            case _:
                changed = codec.typed(row["data"], StayChanged)
                if changed.change_id is None:
                    yield from self._not_paid_first(changed, row, world)
                    return
                yield from self._ends(changed.change_id, APPLIED)
                yield from self._paid(changed.change_id, world)
                self.coverage["change applied"] += 1

    def _ends(self, change_id: str, end: str) -> Iterator[Breach]:
        if change_id not in self._held:
            yield Breach("paid first", f"{change_id} {end}, and was never held")
        if earlier := self._ended.get(change_id):
            yield Breach("paid first", f"{change_id} {end} after it {earlier}")
        self._ended[change_id] = end

    def _paid(self, change_id: str, world: JudgedWorld) -> Iterator[Breach]:
        """The breach of a change that is applied and whose amount was not captured, by the provider's journal."""
        payment = payments_by_change(world).get(change_id, ChangePayment())
        amount = self._held[change_id].amount.amount if change_id in self._held else 0
        if payment.captured != amount and not (payment.by_hand and payment.captured):
            yield Breach("paid first", f"{change_id} is applied for {amount}, and {payment.captured} are captured")

    def _not_paid_first(self, changed: StayChanged, row: Row, world: JudgedWorld) -> Iterator[Breach]:
        """The breach of a change that was to be paid first, and after which more is owed."""
        settings = codec.typed(row["terms"]["settings"], HotelSettings)
        by_staff = changed.changed_by.kind == "staff"
        when = settings.change_payment_staff if by_staff else settings.change_payment_guest
        before = self._before.get(changed.booking_id)
        if before is None or when != FIRST or row["from_status"] != "CONFIRMED" or before["collected"] <= 0:
            return
        rise = changed.balance_due.amount - before["due"]
        if rise >= SMALLEST_CHARGE and not moved_by_hand(world, changed.booking_id):
            yield Breach("paid first", f"{changed.booking_id} is changed, and owes {rise} more that was not paid first")


def payments_by_change(world: JudgedWorld) -> dict[str, ChangePayment]:
    """The movements of the payments of each change, by the provider's journal. Those of several pages are added up."""
    change_of = {row["id"]: row["change_id"] for row in world.sql("payments", _PAYMENTS)}
    payments: dict[str, ChangePayment] = {}
    if not change_of:
        return payments
    intents = world.stripe.state.store.intents
    for entry in world.stripe.journal():
        change_id = change_of.get(intents[entry["payment_intent"]]["metadata"].get("payment_id", ""))
        if change_id is None:
            continue
        payment, amount = payments.setdefault(change_id, ChangePayment()), entry["amount"]
        payment.by_hand |= entry["idempotency_key"] is None and entry["movement"] in ("capture", "refund")
        if entry["movement"] == "authorise":
            payment.on_hold += amount
        elif entry["movement"] in ENDS_OF_HOLDS:
            payment.on_hold -= amount
        if entry["movement"] == "capture":
            payment.captures += entry["idempotency_key"] is not None
            payment.captured += amount
        elif entry["movement"] == "refund":
            payment.refunded += amount
        elif entry["movement"] == "refund_failed":
            payment.refunded -= amount
            payment.failed = True
    return payments


def moved_by_hand(world: JudgedWorld, booking_id: str) -> bool:
    """Whether people have captured or refunded money on the provider's dashboard, or a refund has failed."""
    intents = world.stripe.state.store.intents
    return any(
        entry["idempotency_key"] is None and entry["movement"] in ("capture", "refund", "refund_failed")
        for entry in world.stripe.journal()
        if intents[entry["payment_intent"]]["metadata"].get("booking_id") == booking_id
    )
