"""The payment of a change at the same moment as what withdraws the change: one of the two comes first."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.views import CreatedBooking
from services.bookings.domain import change_payments
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.handlers.waiting_changes import settle_due_change
from tests.interface.bookings.changes_paid_first import change_authorized, change_captured, longer, waiting
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about
from tests.interface.bookings.test_changes_paid_first import equation, events_after_held
from tests.interface.bookings.test_races import at_once

ENDS = ("StayChangeLapsed", "StayChanged")
Rival = Callable[[BookingsUnderTest, CreatedBooking], Callable[[], Any]]


def expiry(service: BookingsUnderTest, _: CreatedBooking) -> Callable[[], Any]:
    service.pass_time(minutes=20)
    return lambda: service.tick(settle_due_change)


def cancel(service: BookingsUnderTest, created: CreatedBooking) -> Callable[[], Any]:
    return lambda: service.ask(CancelBooking(**about(created.booking.booking_id)))


def no_show(service: BookingsUnderTest, _: CreatedBooking) -> Callable[[], Any]:
    service.at(ARRIVES.replace(day=11, hour=13))
    return lambda: service.tick(apply_due_deadline)


def replacement(service: BookingsUnderTest, created: CreatedBooking) -> Callable[[], Any]:
    return lambda: service.ask(longer(created, -1), guest_of(created))


RIVALS = [expiry, cancel, no_show, replacement]


def settled(service: BookingsUnderTest, created: CreatedBooking) -> list[str]:
    """The events after the change was held, once its payment is captured where it was accepted and not given back."""
    names = events_after_held(service, created)
    if "BalancePaymentAccepted" in names and "BalancePaymentRefused" not in names:
        service.deliver(change_captured(created))
        service.tick(settle_due_change)
    return events_after_held(service, created)


@pytest.mark.parametrize("rival", RIVALS)
def test_a_payment_and_a_rival_at_once(service: BookingsUnderTest, rival: Rival) -> None:
    created, change_id = waiting(service)
    other = rival(service, created)

    answers = at_once(lambda: service.deliver(change_authorized(created, change_id)), other)
    names = settled(service, created)

    assert {answer for answer in answers if isinstance(answer, str)} <= {"PAYMENT_UNDER_WAY", "BOOKING_CHANGED"}
    made = [name for name in names if name in ENDS]
    assert made.count("StayChangeLapsed") <= 1
    lapsed = "StayChangeLapsed" in names
    assert lapsed is ("BalancePaymentRefused" in names)  # the money goes back if and only if the change is not made
    assert service.stored(created.booking.booking_id).pending_change is None
    equation(service, created)


@pytest.mark.parametrize("rival", [cancel, no_show, replacement])
def test_a_capture_and_a_rival_at_once(service: BookingsUnderTest, rival: Rival) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id))
    other = rival(service, created)

    at_once(lambda: service.deliver(change_captured(created)), other)
    service.tick(settle_due_change)

    names = events_after_held(service, created)
    assert ("StayChangeLapsed" in names) is ("BalancePaymentRefused" in names)
    assert service.stored(created.booking.booking_id).pending_change is None
    equation(service, created)


@pytest.mark.parametrize("rival", [cancel, no_show])
def test_an_application_and_a_rival_at_once(service: BookingsUnderTest, rival: Rival) -> None:
    created, change_id = waiting(service)
    service.deliver(change_authorized(created, change_id), change_captured(created))
    other = rival(service, created)

    answers = at_once(lambda: service.tick(settle_due_change), other)

    assert {answer for answer in answers if isinstance(answer, str)} <= {"ACTION_IN_PROGRESS", "BOOKING_CHANGED"}
    names = events_after_held(service, created)
    assert ("StayChangeLapsed" in names) is ("BalancePaymentRefused" in names)
    assert ("StayChanged" in names) is not ("StayChangeLapsed" in names)
    equation(service, created)


def test_a_payment_that_is_accepted_after_the_change_has_lapsed_is_found(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the comparison with the change that waits, the money of a lapsed change is kept."""
    created, change_id = waiting(service)
    service.pass_time(minutes=20)
    assert service.tick(settle_due_change)
    monkeypatch.setattr(change_payments, "authorized", lambda *_, **__: ())

    service.deliver(change_authorized(created, change_id))

    names = events_after_held(service, created)
    assert ("StayChangeLapsed" in names) is not ("BalancePaymentRefused" in names)
