"""The changes of stays, in the money of a booking: each fee is what the policy permits, and waivers were asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis import codec
from contracts.bookings.stay_changes import StayChanged
from contracts.values import CancellationPolicy, HotelSettings, Price
from tests.simulation.judging.fees import cancellation_rule, change_fees
from tests.simulation.judging.judged_world import Breach, JudgedWorld, Row

UNPAID = ("DRAFT", "PENDING_PAYMENT")
_CHANGES = """
    SELECT event.subject, event.data, audit.from_status
    FROM outbox event JOIN audit ON (audit.subject, audit.sequence) = (event.subject, event.sequence)
    WHERE event.type = 'bookings.StayChanged.v1' ORDER BY event.subject, event.sequence
"""


@dataclass(frozen=True)
class AppliedChange:
    """A change of a stay, and the status in which the booking was."""

    event: StayChanged
    status: str

    @property
    def removes_nights(self) -> bool:
        """Whether a night of the stay before is none of the changed stay."""
        event = self.event
        return event.check_in > event.previous_check_in or event.check_out < event.previous_check_out


def changes_by_booking(world: JudgedWorld) -> dict[str, list[AppliedChange]]:
    """The changes of each booking, in order."""
    changes: dict[str, list[AppliedChange]] = {}
    for row in world.sql("bookings", _CHANGES):
        change = AppliedChange(codec.typed(row["data"], StayChanged), row["from_status"])
        changes.setdefault(row["subject"], []).append(change)
    return changes


def first_booked(row: Row, price: Price) -> tuple[date, Price]:
    """The check-in and the price of the stay as first booked; `price` is the present one."""
    first: Any = row["first_booked"]
    if first is None:
        return row["check_in"], price
    return date.fromisoformat(first["check_in"]), codec.typed(first["price"], Price)


def wrong_fees(
    row: Row, changes: Sequence[AppliedChange], price: Price, waived_by_request: Collection[str]
) -> Iterator[Breach]:
    """The breaches in the fees and waivers of a booking's changes."""
    charged, first = 0, first_booked(row, price)
    for change in changes:
        event = change.event
        may_waive = row["id"] in waived_by_request
        if event.waived.amount > 0 and not may_waive:
            yield Breach("money", f"{row['id']}: {event.waived.amount} are waived, and nobody asked for that")
        permitted = _permitted(row, change, first, charged)
        if event.fee.amount not in permitted and not (may_waive and event.fee.amount == 0):
            yield Breach("money", f"{row['id']}: a change has a fee of {event.fee.amount}, due are {permitted}")
        charged += event.fee.amount


def _permitted(row: Row, change: AppliedChange, first: tuple[date, Price], charged: int) -> range:
    event = change.event
    lower = event.previous_total.amount - event.total.amount
    if lower <= 0 or change.status in UNPAID:
        return range(1)
    if change.status == "IN_HOUSE":
        return range(lower, lower + 1)
    settings = codec.typed(row["terms"]["settings"], HotelSettings)
    rule = cancellation_rule(
        codec.typed(row["terms"]["policy"], CancellationPolicy),
        cancelled_at=event.changed_at,
        check_in=min(first[0], event.previous_check_in),
        opens=settings.check_in_time,
        timezone=row["timezone"],
    )
    return change_fees(rule, lower, first=first[1], charged=charged, removes_nights=change.removes_nights)
