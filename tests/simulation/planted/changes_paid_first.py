"""Planted faults of changes that are paid first: applied without their money, owed instead, nights that stay held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from contracts.payments.events import PaymentEvent, PaymentSessionOpened
from sandbox.stripe.cards import SUCCESS
from services.bookings.domain import change_rules
from services.bookings.domain.booking import Booking
from services.bookings.steps import change_payments as change_payment_steps
from services.bookings.store.holds import SqlInventoryHolds
from services.bookings.work import BookingsWork
from services.rooms.handlers import waiting_changes
from tests.simulation.actors.house_rules import FIRST_AT_ONCE
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

FAVOURS = ("pay", "decide", "change_own_stay", "change_stay")
DEARER: Mapping[str, tuple[Any, ...]] = {
    "rules for changes": (FIRST_AT_ONCE,), "wish": ("longer", "another type"), "card": (SUCCESS.number,),
    "days ahead": (1, 2, 4, 7), "party": (1,),
}  # fmt: skip


@planted("Paid first", favours=FAVOURS, choices=DEARER, kind_of_run="changes")
def a_change_is_applied_once_its_page_is_open(product: Replacements) -> None:
    """A change counts as paid when its payment page is opened: the stay changes without the money."""
    note = change_payment_steps._note

    def paid_at_once(booking: Booking, event: PaymentEvent, work: BookingsWork) -> None:
        note(booking, event, work)
        change = booking.pending_change
        if isinstance(event, PaymentSessionOpened) and change and event.amount == change.amount:
            paid = replace(change, payment_id=event.payment_id, captured=event.amount, paid_at=work.now)
            work.note(booking, pending_change=paid)

    product.replace(change_payment_steps, "_note", paid_at_once)


@planted("Paid first", favours=FAVOURS, choices=DEARER, kind_of_run="changes")
def dearer_changes_are_owed(product: Replacements) -> None:
    """Where the hotel has changes paid first, a dearer stay is changed at once, and its guest owes the difference."""
    product.replace(change_rules, "pays_first", lambda *_, **__: False)


@planted("I2", favours=FAVOURS, choices=DEARER, odds={"leaves the page": 0.8}, kind_of_run="changes")
def nights_of_lapsed_changes_stay_held(product: Replacements) -> None:
    """The nights of a change that has lapsed are not given back: neither at once nor by the sweep."""
    product.replace(waiting_changes, "releases", SimpleNamespace(execute=lambda *_: None))
    product.replace(SqlInventoryHolds, "check_soon", lambda *_: None)
    product.replace(SqlInventoryHolds, "keep_needed", lambda *_: None)
