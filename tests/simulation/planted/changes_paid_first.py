"""Planted faults of changes that are paid first: applied without their money, not returned, nights that stay held."""

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
from services.payments.domain.desired_state import BookingPhase
from services.payments.domain.payment import PaymentKey
from services.payments.steps import balance_payments
from services.payments.work import PaymentsWork
from services.rooms.handlers import waiting_changes
from tests.simulation.actors import decisions
from tests.simulation.actors.changes import change_own_stay
from tests.simulation.actors.guest_steps import wait
from tests.simulation.actors.house_rules import FIRST_ALWAYS
from tests.simulation.actors.paying import pay
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements

FAVOURS = ("pay", "decide", "change_own_stay", "change_stay")
DEARER: Mapping[str, tuple[Any, ...]] = {
    "rules for changes": (FIRST_ALWAYS,), "wish": ("longer", "another type"), "card": (SUCCESS.number,),
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


@planted(
    "I8",
    choices={
        **DEARER,
        "step": (pay, wait, change_own_stay),
        "duty": (decisions.decide,),
        "pays after": (1000.0, 2000.0),
    },
    odds={"pays late": 0.4, "leaves the page": 0.0},
    kind_of_run="changes",
    steps=900,
)
def payments_of_lapsed_changes_stay_with_the_hotel(product: Replacements) -> None:
    """No payment of a change is ended: the page of one that has lapsed stays open, and its money is not returned."""
    put = balance_payments.set_desired_state

    def unless_ended(payment: PaymentKey, phase: BookingPhase, work: PaymentsWork, **more: Any) -> None:
        if phase is not BookingPhase.ENDED:
            put(payment, phase, work, **more)

    product.replace(balance_payments, "set_desired_state", unless_ended)
