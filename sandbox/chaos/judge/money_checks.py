"""Money by the payment provider's own journal: captured once, as approved; refunds as acknowledged; nothing held."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.values import Money, from_major
from sandbox.chaos.client.acknowledgements import CHANGES, ClientAct, StayRecord
from sandbox.chaos.judge.reading import StayReading
from sandbox.chaos.judge.violation import ChaosViolation

PAID = frozenset({"CONFIRMED", "IN_HOUSE", "COMPLETED"})
RELEASED = frozenset({"CANCELLED", "DECLINED", "EXPIRED"})


@dataclass
class IntentMoney:
    """The movements of one payment intent, in minor units."""

    amounts: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Mapping[str, Any]) -> None:
        self.amounts[entry["movement"]] += entry["amount"]
        self.counts[entry["movement"]] += 1

    @property
    def held(self) -> int:
        """What is still authorised."""
        gone = sum(self.amounts[name] for name in ("capture", "release", "void", "expire"))
        return self.amounts["authorise"] - gone

    @property
    def taken(self) -> int:
        """What was captured and not given back."""
        return self.amounts["capture"] - self.amounts["refund"] + self.amounts["refund_failed"]


def by_booking(entries: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, IntentMoney]]:
    """The intents of each booking. A refund's metadata is its own, so that the intent's authorisation decides."""
    bookings: dict[str, str] = {}
    intents: dict[str, dict[str, IntentMoney]] = defaultdict(lambda: defaultdict(IntentMoney))
    for entry in entries:
        intent = entry["payment_intent"]
        if booking := entry["metadata"].get("booking_id"):
            bookings.setdefault(intent, booking)
        intents[bookings.get(intent, "")][intent].add(entry)
    return {booking: dict(of_booking) for booking, of_booking in intents.items()}


def check_money(
    record: StayRecord, reading: StayReading, intents: Mapping[str, IntentMoney]
) -> Iterator[ChaosViolation]:
    """Everything about the money of one booking."""
    if not record.by_card or not reading.booking:
        return
    for name, money in intents.items():
        yield from (_of(record, check, what) for check, what in _intent_problems(name, money))
    total = from_major(_total(record, reading), record.currency).amount
    owed = from_major(reading.booking.get("balance_due") or "0", record.currency).amount
    captured = sum(money.amounts["capture"] for money in intents.values())
    taken, held = (sum(getattr(money, name) for money in intents.values()) for name in ("taken", "held"))
    fee = _fee(record, reading)

    def problem(check: str, **amounts: int) -> ChaosViolation:
        texts = (f"{name} {Money(value, record.currency)}" for name, value in amounts.items())
        return _of(record, check, f"{status}: {', '.join(texts)}")

    status = reading.status
    if status in PAID and (captured, taken) != (total - owed, total - owed):
        yield problem("captured once, as approved", captured=captured, left=taken, total=total, owed=owed)
    if status in PAID and owed and not _may_owe(record):
        yield problem("nothing is owed", owed=owed)
    if status in (PAID | RELEASED) and held:
        yield problem("no live authorisation of a paid or ended booking", held=held)
    if status in RELEASED and taken != fee:
        yield problem("refunded down to the fee", taken=taken, fee=fee)
    if status == "PENDING_APPROVAL" and not reading.booking.get("decision_made_at") and (held, taken) != (total, 0):
        yield problem("authorised and not captured", held=held, taken=taken, total=total)
    if status == "PENDING_PAYMENT" and (held or taken):
        yield problem("nothing of an unpaid booking", held=held, taken=taken)


def _intent_problems(name: str, money: IntentMoney) -> Iterator[tuple[str, str]]:
    if money.counts["capture"] > 1:
        yield "captured once", f"{name}: {money.counts['capture']} captures"
    if money.amounts["capture"] > money.amounts["authorise"]:
        yield "captured what was authorised", f"{name}: {money.amounts}"
    if money.taken < 0:
        yield "refunded what was captured", f"{name}: {money.amounts}"


def _total(record: StayRecord, reading: StayReading) -> str:
    """The total that the clients know; the booking's own where a change was not answered."""
    total: str = reading.booking["total_amount"]
    return total if record.unknown_outcomes & CHANGES else record.total


def _may_owe(record: StayRecord) -> bool:
    """Whether staff have changed the stay, or may have, so that its guest owes the difference."""
    return record.of(ClientAct.CHANGED) is not None or ClientAct.CHANGED in record.unknown_outcomes


def _fee(record: StayRecord, reading: StayReading) -> int:
    fee = reading.booking.get("cancellation_fee")
    return int(from_major(fee, record.currency).amount) if fee else 0


def _of(record: StayRecord, check: str, what: str) -> ChaosViolation:
    return ChaosViolation(check, record.booking_id, what, record.last_at)
