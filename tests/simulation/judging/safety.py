"""Invariants after every commit: I1, I2 and I9 by one statement per service, I7 by the provider's new movements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from tests.simulation.judging.judged_world import Breach, JudgedWorld

_ROOMS = """
    SELECT 'I1' AS invariant, a.hotel || '/' || a.room_id AS subject,
           coalesce(a.booking_id, 'a block') || ' and ' || coalesce(b.booking_id, 'a block') || ' share it' AS what
    FROM period a JOIN period b ON a.hotel = b.hotel AND a.room_id = b.room_id AND a.id < b.id AND a.nights && b.nights
    WHERE a.live AND b.live
    UNION ALL
    SELECT 'I2', hotel || '/' || room_type_id || '/' || night,
           'sold ' || coalesce(sold, 0) || ' of ' || coalesce(most, 0) || ', held ' || coalesce(held, 0)
    FROM (
        SELECT hotel, room_type_id, night, sold, capacity + overbooking AS most FROM night WHERE sold <> 0
    ) AS n FULL JOIN (
        SELECT hotel, room_type_id, first_night + day AS night, count(*) AS held
        FROM hold_part, generate_series(0, until - first_night - 1) AS day GROUP BY 1, 2, 3
    ) AS h USING (hotel, room_type_id, night)
    WHERE coalesce(sold, 0) <> coalesce(held, 0) OR sold > most
"""
_PAYMENTS = """
    SELECT 'I9' AS invariant, id AS subject,
           'captured ' || captured || ' of ' || amount || ', refunded ' || refunded AS what
    FROM payment WHERE captured > amount OR refunded > captured
    UNION ALL
    SELECT 'I9', payment_id, count(*) || ' captures in the ledger' FROM ledger
    WHERE kind = 'capture' GROUP BY payment_id HAVING count(*) > 1
"""
_DECIDED = """
    SELECT 1 FROM outbox WHERE subject = %(booking)s AND split_part(type, '.', 2) IN
    ('BookingApproved', 'BookingCancelled', 'BookingNoShow', 'BalancePaymentAccepted') LIMIT 1
"""
_STATEMENTS = {"rooms": _ROOMS, "payments": _PAYMENTS}
SERVICES = tuple(_STATEMENTS)  # whose databases are looked at


class Safety:
    """The checks after each step that committed."""

    def __init__(self) -> None:
        self._movements = 0
        self._captured: Counter[str] = Counter()
        self._refunded: Counter[str] = Counter()

    def breaches(self, world: JudgedWorld, committed: Collection[str] = SERVICES) -> Iterator[Breach]:
        """The breaches after commits of these services."""
        for service in [each for each in SERVICES if each in committed]:
            for row in world.sql(service, _STATEMENTS[service]):
                yield Breach(row["invariant"], f"{row['subject']}: {row['what']}")
        yield from self._moved(world)

    def _moved(self, world: JudgedWorld) -> Iterator[Breach]:
        """The breaches in the provider's new movements; those of the dashboard are left out."""
        entries = world.stripe.state.store.journal.entries_after(self._movements)
        self._movements += len(entries)
        for entry in entries:
            intent, movement, amount = entry["payment_intent"], entry["movement"], entry["amount"]
            if movement == "capture":
                if self._captured[intent]:
                    yield Breach("I9", f"{intent} is captured twice")
                self._captured[intent] += amount
                booking = world.stripe.state.store.intents[intent]["metadata"].get("booking_id", "")
                if entry["idempotency_key"] and not world.sql("bookings", _DECIDED, booking=booking):
                    yield Breach("I7", f"{amount} of {booking} are captured, and nobody has decided so")
            elif movement in ("refund", "refund_failed"):
                self._refunded[intent] += amount if movement == "refund" else -amount
                if self._refunded[intent] > self._captured[intent]:
                    what = f"{self._refunded[intent]} are refunded of {self._captured[intent]}"
                    yield Breach("I9", f"{intent}: {what}")
