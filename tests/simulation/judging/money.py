"""Money: what each booking costs by its policy, against the captures and refunds in the provider's journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chassis import codec
from contracts.bookings.asks import CancelBooking
from contracts.bookings.stay_changes import ChangeBooking
from contracts.bookings.stays import MarkNoShow
from contracts.bookings.views import CreatedBooking
from contracts.values import CancellationPolicy, HotelSettings, Price
from tests.simulation.judging.fees import cancellation_rule, fee_after_changes, nights_used, no_show_rule
from tests.simulation.judging.judged_world import Breach, JudgedWorld, Row
from tests.simulation.judging.stay_changes import UNPAID, changes_by_booking, first_booked, wrong_fees

STAYS = ("CONFIRMED", "IN_HOUSE", "COMPLETED")
CANCELLED_OR_NO_SHOW = ("CANCELLED", "NO_SHOW")
ENDS_OF_HOLDS = ("capture", "release", "void", "expire")

_BOOKINGS = """
    SELECT b.hotel, b.id, b.status, b.check_in, b.timezone, b.terms, b.cancelled_at, b.paid_at, b.refund_status,
           b.first_booked,
           coalesce(b.balance_due, 0) AS due, coalesce(b.served, 0) AS served,
           coalesce(b.settled, 0) - coalesce(b.desk_refunded, 0) - coalesce(b.desk_refund_due, 0) AS settled,
           (SELECT coalesce(sum(CAST(data -> 'amount' ->> 'amount' AS bigint)), 0) FROM outbox
            WHERE subject = b.id AND type = 'bookings.StayExtended.v1') AS extensions,
           (SELECT from_status FROM audit WHERE subject = b.id AND to_status IN ('CANCELLED', 'NO_SHOW')
            AND from_status <> to_status ORDER BY sequence DESC LIMIT 1) AS ended_from,
           EXISTS (SELECT FROM outbox WHERE subject = b.id AND type = 'bookings.NoShowUndone.v1') AS undone
    FROM booking b ORDER BY b.id
"""


@dataclass
class CardMovements:
    """The movements of one booking in the provider's journal, in minor units; `on_hold` is authorised at present.

    `captured_by_hand` and `refunded_by_hand` mean that people did so on the provider's dashboard; `failed` that a
    refund failed.
    """

    captured: int = 0
    refunded: int = 0
    on_hold: int = 0
    captured_by_hand: bool = False
    refunded_by_hand: bool = False
    failed: bool = False

    @property
    def net(self) -> int:
        """The money that the hotel has."""
        return self.captured - self.refunded


@dataclass
class MoneyChecks:
    """The agreed totals and the waived fees in clients' commands and answers, by booking."""

    totals: dict[str, int] = field(default_factory=dict)
    waived: set[str] = field(default_factory=set)
    with_waived_difference: set[str] = field(default_factory=set)

    def remember(self, message: Any, outcome: Any) -> None:
        """Remember an agreed price, or a command that may waive a fee whatever came of it."""
        if isinstance(outcome, CreatedBooking):
            self.totals[outcome.booking.booking_id] = outcome.booking.total_amount.amount
        if isinstance(message, (CancelBooking, MarkNoShow)) and message.waive_fee:
            self.waived.add(message.booking_id)
        if isinstance(message, ChangeBooking) and message.change.waive_difference:
            self.with_waived_difference.add(message.booking_id)

    def breaches(self, world: JudgedWorld) -> Iterator[Breach]:
        """The breaches in the money of each booking, at rest."""
        movements_by_booking, changes_of = card_movements_by_booking(world), changes_by_booking(world)
        for row in world.sql("bookings", _BOOKINGS):
            price = codec.typed(row["terms"]["price"], Price)
            changes = changes_of.get(row["id"], [])
            row |= {
                "difference": sum(each.event.difference.amount for each in changes),
                "change_fees": sum(each.event.fee.amount for each in changes),
                "waived": sum(each.event.waived.amount for each in changes),
            }
            yield from wrong_fees(row, changes, price, self.with_waived_difference)
            agreed = self.totals.get(row["id"])
            if agreed is not None and agreed + row["extensions"] + row["difference"] != price.total.amount:
                what = f"was agreed at {agreed}, extended for {row['extensions']} and changed by {row['difference']}"
                yield Breach("money", f"{row['id']} {what}, its price is {price.total.amount}")
            movements = movements_by_booking.get(row["id"], CardMovements())
            by_hand = movements.refunded_by_hand or (movements.captured_by_hand and row["status"] not in STAYS)
            if not by_hand and not movements.failed and row["refund_status"] != "FAILED":
                yield from self._balance(row, price, movements)

    def _balance(self, row: Row, price: Price, movements: CardMovements) -> Iterator[Breach]:
        """The breach where card money, desk money and debt are not what the booking costs."""
        costs = self._costs(row, price, movements)
        has, owes = movements.net, row["due"]
        if not any(has + owes == max(cost - row["settled"], 0) for cost in costs):
            what = f"the hotel has {has} by card and {row['settled']} at the desk, {owes} are owed"
            yield Breach("money", f"{row['id']} {row['status']} costs {sorted(costs)}; {what}")
        elif row["status"] not in CANCELLED_OR_NO_SHOW or not owes or row["undone"]:  # a no-show has refunded a part
            return
        elif row["paid_at"] and movements.captured >= max(costs):
            yield Breach("money", f"{row['id']} {row['status']} was paid {movements.captured} by card, and owes {owes}")

    def _costs(self, row: Row, price: Price, movements: CardMovements) -> set[int]:
        """What the booking may cost, in minor units: two values where a fee may have been waived.

        Before the decision, a changed stay costs what it costs more than is authorised.
        """
        whole = price.total.amount - row["waived"] + row["change_fees"] + row["served"]
        if row["status"] == "PENDING_APPROVAL" and row["first_booked"]:
            return {max(whole - movements.on_hold, 0)}
        if row["status"] in STAYS:
            return {whole}
        if row["status"] not in CANCELLED_OR_NO_SHOW:
            return {0}
        return {fee + row["change_fees"] + row["served"] for fee in self._fees(row, price)}

    def _fees(self, row: Row, price: Price) -> set[int]:
        policy = codec.typed(row["terms"]["policy"], CancellationPolicy)
        settings = codec.typed(row["terms"]["settings"], HotelSettings)
        waived = row["id"] in self.waived
        if row["ended_from"] in UNPAID:
            return {0}
        if row["ended_from"] == "IN_HOUSE":
            cancelled_at, whole = row["cancelled_at"], price.total.amount - row["waived"]
            used = nights_used(price, cancelled_at=cancelled_at, check_in=row["check_in"], timezone=row["timezone"])
            return {whole, *({min(used, whole)} if waived else ())}
        first_day, first = first_booked(row, price)
        rule = no_show_rule(policy)
        if row["status"] == "CANCELLED":
            rule = cancellation_rule(
                policy,
                cancelled_at=row["cancelled_at"],
                check_in=min(first_day, row["check_in"]),
                opens=settings.check_in_time,
                timezone=row["timezone"],
            )
        fee = fee_after_changes(rule, price, first=first, charged=row["change_fees"], waived=row["waived"])
        return {fee, *({0} if waived else ())}


def captured_ahead(world: JudgedWorld) -> frozenset[str]:
    """The bookings that wait for a decision, and whose money people have captured on the dashboard before it."""
    movements_by_booking = card_movements_by_booking(world)
    undecided = world.sql("bookings", "SELECT id FROM booking WHERE status IN ('PENDING_PAYMENT', 'PENDING_APPROVAL')")
    return frozenset(
        row["id"] for row in undecided if movements_by_booking.get(row["id"], CardMovements()).captured_by_hand
    )


def card_movements_by_booking(world: JudgedWorld) -> dict[str, CardMovements]:
    """The journal's movements of each booking."""
    movements_by_booking: dict[str, CardMovements] = {}
    intents = world.stripe.state.store.intents
    for entry in world.stripe.journal():
        booking = intents[entry["payment_intent"]]["metadata"].get("booking_id", "")
        movements = movements_by_booking.setdefault(booking, CardMovements())
        movement, amount = entry["movement"], entry["amount"]
        by_hand = entry["idempotency_key"] is None
        movements.captured_by_hand |= by_hand and movement == "capture"
        movements.refunded_by_hand |= by_hand and movement == "refund"
        if movement == "authorise":
            movements.on_hold += amount
        elif movement in ENDS_OF_HOLDS:
            movements.on_hold -= amount
        if movement == "capture":
            movements.captured += amount
        elif movement == "refund":
            movements.refunded += amount
        elif movement == "refund_failed":
            movements.refunded -= amount
            movements.failed = True
    return movements_by_booking
