"""Planted faults of changed stays: counters, refunds and fees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.bookings.stay_changes import StayChanged
from contracts.values import Money
from sandbox.stripe.cards import SUCCESS
from services.bookings.domain import change_events, change_fees
from services.rooms.domain import stay_changes
from services.rooms.domain.holds import NightChange
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

SHORTER: dict[str, tuple[Any, ...]] = {"wish": ("shorter",), "nights": (2, 3), "card": (SUCCESS.number,)}


@planted("I2", favours=("change_stay", "change_own_stay"), choices={"nights": (2, 3)}, kind_of_run="ordinary")
def counters_do_not_follow_a_change(product: Replacements) -> None:
    """The nights that a change removes are not freed: only the hold changes."""
    changes = stay_changes.night_changes

    def only_sold(nights: Any, *, by: int) -> Iterator[NightChange]:
        return changes(nights, by=by) if by > 0 else iter(())

    product.replace(stay_changes, "night_changes", only_sold)


@planted(
    "I8",
    favours=("pay", "decide", "change_stay", "change_own_stay"),
    choices={**SHORTER, "days ahead": (4, 7)},
    kind_of_run="money",
)
def a_cheaper_change_is_refunded_twice(product: Replacements) -> None:
    """Payments are told that the cards keep what is left after a second refund."""
    stay_changed = change_events.stay_changed

    def refunded_twice(*about: Any, **more: Any) -> StayChanged:
        event = stay_changed(*about, **more)
        if event.keeps is None:
            return event
        return replace(event, keeps=max(event.keeps - event.refund, Money(0, event.refund.currency)))

    product.replace(change_events, "stay_changed", refunded_twice)


@planted("I8", favours=("book", "change_stay"), choices=SHORTER, odds={"waives the difference": 0.0})
def changes_have_no_fee(product: Replacements) -> None:
    """A change is a way around the fee of a cancellation."""
    product.replace(change_fees, "change_fee", lambda booking, *_, **__: booking.nothing)
