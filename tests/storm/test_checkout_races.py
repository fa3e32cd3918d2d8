"""Every pair of commands about a hold that is not paid for, at the same moment on two connections.

Whoever wins, a page that nobody may pay on is closed at the provider, and no money is held.
"""

from collections.abc import Callable
from functools import partial
from itertools import combinations_with_replacement

import pytest

from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.status import BookingStatus
from contracts.payments.checkout_sessions import OpenPaymentSession
from services.payments.work import PaymentsWork
from tests.storm.payment_environment import SHARE, PaymentEnvironment, guest
from tests.storm.payment_model import PaymentModel
from tests.storm.test_races import RaceFixture, at_once, event_names, settle

Status = BookingStatus
ENDINGS = ("BookingConfirmed", "BookingCancelled", "BookingExpired")


class CheckoutFixture(RaceFixture):
    """A new booking, and what may be done to it."""

    def opens(self) -> None:
        self.environment.platform.ask(OpenPaymentSession(**self.about), guest(self.model.created))

    def confirms(self) -> None:
        self._ask(ConfirmBooking(**self.about))


COMMANDS: dict[str, Callable[[CheckoutFixture], None]] = {
    "open the page": CheckoutFixture.opens,
    "confirm without a card": CheckoutFixture.confirms,
    "cancel": CheckoutFixture.cancel,
    "the guest cancels": CheckoutFixture.guest_cancels,
    "expire": CheckoutFixture.expire,
}
PAIRS = list(combinations_with_replacement(COMMANDS, 2))
# What the booking becomes where the command wins, and where nothing else happens.
BECOMES = {
    "open the page": Status.PENDING_PAYMENT,
    "confirm without a card": Status.CONFIRMED,
    "cancel": Status.CANCELLED,
    "the guest cancels": Status.CANCELLED,
    "expire": Status.EXPIRED,
}
REFUSALS = {"BOOKING_ENDED", "BOOKING_NOT_PAYABLE", "CARD_BOOKING"}


def judge(fixture: CheckoutFixture, pair: tuple[str, str], codes: list[str]) -> None:
    """What holds once everything has followed, whichever of the two came first."""
    environment = fixture.environment
    settle(environment)
    booking = environment.booking(fixture.model.created)
    assert len(codes) <= 1
    assert set(codes) <= REFUSALS
    assert booking.status in {BECOMES[name] for name in pair}
    ended = [name for name in event_names(environment) if name in ENDINGS]
    assert len(ended) <= len({BECOMES[name] for name in pair} - {Status.PENDING_PAYMENT})
    payable = [each for each in environment.stripe.state.store.sessions.values() if each["status"] == "open"]
    of_balance = [each for each in payable if environment.purpose(each["metadata"]["payment_id"]) == "EXTENSION"]
    owes = booking.status is Status.CONFIRMED and booking.balance_due.amount > 0
    of_booking = len(payable) - len(of_balance)
    assert of_booking == (booking.status is Status.PENDING_PAYMENT), "a page is open on which nobody may pay"
    assert len(of_balance) <= owes, "a page is open on which nobody may pay"
    totals = environment.payments(fixture.model.id)
    assert (totals.held, totals.retained) == (0, 0)
    assert environment.violations() == []


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.long)], ids=["once", "often"])
@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_of_two_commands_about_an_unpaid_hold_one_decides(
    environment: PaymentEnvironment, pair: tuple[str, str], rounds: int
) -> None:
    for _ in range(rounds):
        environment.reset()
        fixture = CheckoutFixture(environment, PaymentModel(environment.book(SHARE)))

        codes = at_once(*(partial(COMMANDS[name], fixture) for name in pair))

        judge(fixture, pair, codes)


def test_a_page_that_stays_open_after_the_end_is_noticed(
    environment: PaymentEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: payments does not hear that the booking has ended."""
    monkeypatch.setattr(PaymentsWork, "set_desired_state", lambda *_, **__: None)
    fixture = CheckoutFixture(environment, PaymentModel(environment.book(SHARE)))
    fixture.opens()
    fixture.cancel()

    with pytest.raises(AssertionError, match="a page is open"):
        judge(fixture, ("open the page", "cancel"), [])
