"""Every pair of deeds that cannot both be, done at the same moment on two connections: one wins, and money follows it.

That one would not without lock, guard and unique number is shown in `tests/interface/bookings/test_races.py`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chassis.refusal import Refusal
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.bookings.approval import ApproveBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.status import BookingStatus
from contracts.payments.checkout_sessions import OpenPaymentSession
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.work import BookingsWork
from tests.fakes.crashing import CrashingUnitOfWork
from tests.storm.environment import staff
from tests.storm.payment_environment import FREE, SHARE, PaymentEnvironment, guest
from tests.storm.payment_model import Decision, PaymentModel, arrival, fee_of

ROUNDS = 5
FAR = timedelta(days=8)
DECISIONS = ("BookingApproved", "BookingDeclined", "BookingCancelled", "BookingExpired")
Status = BookingStatus
DECISION_OF_STATUS = {Status.CONFIRMED: Decision.YES, Status.DECLINED: Decision.NO, Status.CANCELLED: Decision.OFF}


@dataclass
class RaceFixture:
    """One booking of the share hotel, and what may be done to it. Each deed answers nothing, or a refusal's code."""

    environment: PaymentEnvironment
    model: PaymentModel

    @property
    def about(self) -> dict[str, Any]:
        return {"hotel": self.model.hotel, "booking_id": self.model.id}

    def approve(self) -> None:
        self._ask(ApproveBooking(**self.about))

    def decline(self) -> None:
        self._ask(DeclineBooking(**self.about))

    def cancel(self) -> None:
        self._ask(CancelBooking(**self.about, reason="ill"))

    def guest_cancels(self) -> None:
        self.environment.platform.ask(CancelBooking(**self.about), guest(self.model.created))

    def expire(self) -> None:
        """The timer's clock is past every deadline, the others' is not."""
        instance = self.environment.platform.services["bookings"]
        with later(instance.unit_of_work, instance.running, self.environment).begin() as work:
            assert isinstance(work, BookingsWork)
            apply_due_deadline(work)

    def news(self) -> None:
        """Delivers the events of payments to bookings."""
        self.environment.platform.deliver_events()

    def _ask(self, command: Any) -> None:
        self.environment.platform.ask(command, staff(self.model.hotel))

    # beginnings

    def paid(self) -> None:
        """Payments knows of the authorisation, bookings does not."""
        session = self.environment.platform.ask(OpenPaymentSession(**self.about), guest(self.model.created))
        self.environment.settle()
        self.environment.stripe.pay(session.session_id)
        self._payments_act()

    def waiting(self) -> None:
        self.paid()
        self.environment.settle()

    def taken(self) -> None:
        """Approved and captured, and bookings has not heard of it."""
        self.waiting()
        self.approve()
        self.environment.platform.deliver_events()
        self._payments_act()

    def refused(self) -> None:
        """Approved, the card will not pay, and bookings has not heard of it."""
        self.environment.stripe.fault("decline", for_good=True)
        self.model.capture_may_fail = True
        self.taken()

    def confirmed(self) -> None:
        self.taken()
        self.environment.settle()

    def _payments_act(self) -> None:
        for event in self.environment.undelivered():
            self.environment.deliver(event)
        self.environment.platform.services["payments"].run_jobs()


def later(unit_of_work: UnitOfWork, engine: Any, environment: PaymentEnvironment) -> UnitOfWork:
    named: dict[str, Any] = {
        "dependencies": unit_of_work.dependencies,
        "demo": True,
        "crash_points": environment.crash_points,
    }
    work = environment.platform.services["bookings"].service.work
    return CrashingUnitOfWork(engine, work, ahead=lambda: environment.ahead + FAR, **named)


OVER, MADE = "BOOKING_ENDED", "DECISION_MADE"
Deed = Callable[[RaceFixture], None]

# Beginning, two deeds; what the loser may be told; what the booking may have become; how many decisions there are then.
PAIRS: list[tuple[Deed, Deed, Deed, set[str], set[Status], int]] = [
    (
        RaceFixture.waiting,
        RaceFixture.approve,
        RaceFixture.decline,
        {MADE, OVER},
        {Status.CONFIRMED, Status.DECLINED},
        1,
    ),
    (
        RaceFixture.waiting,
        RaceFixture.approve,
        RaceFixture.cancel,
        {MADE, OVER},
        {Status.CONFIRMED, Status.CANCELLED},
        1,
    ),
    (
        RaceFixture.waiting,
        RaceFixture.approve,
        RaceFixture.guest_cancels,
        {MADE, OVER},
        {Status.CONFIRMED, Status.CANCELLED},
        1,
    ),
    (RaceFixture.waiting, RaceFixture.approve, RaceFixture.expire, {OVER}, {Status.CONFIRMED, Status.EXPIRED}, 1),
    (RaceFixture.waiting, RaceFixture.approve, RaceFixture.approve, set(), {Status.CONFIRMED}, 1),
    (RaceFixture.waiting, RaceFixture.decline, RaceFixture.cancel, {OVER}, {Status.DECLINED, Status.CANCELLED}, 1),
    (RaceFixture.waiting, RaceFixture.decline, RaceFixture.expire, {OVER}, {Status.DECLINED, Status.EXPIRED}, 1),
    (RaceFixture.waiting, RaceFixture.decline, RaceFixture.decline, set(), {Status.DECLINED}, 1),
    (RaceFixture.waiting, RaceFixture.cancel, RaceFixture.expire, {OVER}, {Status.CANCELLED, Status.EXPIRED}, 1),
    (RaceFixture.waiting, RaceFixture.cancel, RaceFixture.guest_cancels, set(), {Status.CANCELLED}, 1),
    (RaceFixture.waiting, RaceFixture.expire, RaceFixture.expire, set(), {Status.EXPIRED}, 1),
    (RaceFixture.paid, RaceFixture.news, RaceFixture.expire, set(), {Status.EXPIRED, Status.PENDING_APPROVAL}, 1),
    (RaceFixture.paid, RaceFixture.news, RaceFixture.cancel, set(), {Status.CANCELLED}, 1),
    (RaceFixture.paid, RaceFixture.cancel, RaceFixture.expire, {OVER}, {Status.CANCELLED, Status.EXPIRED}, 1),
    (RaceFixture.taken, RaceFixture.news, RaceFixture.cancel, {MADE}, {Status.CONFIRMED, Status.CANCELLED}, 2),
    (RaceFixture.taken, RaceFixture.news, RaceFixture.decline, {MADE, "ILLEGAL_TRANSITION"}, {Status.CONFIRMED}, 1),
    (RaceFixture.taken, RaceFixture.news, RaceFixture.expire, set(), {Status.CONFIRMED}, 1),
    (RaceFixture.refused, RaceFixture.news, RaceFixture.cancel, {MADE}, {Status.PENDING_PAYMENT, Status.CANCELLED}, 2),
    (RaceFixture.refused, RaceFixture.news, RaceFixture.expire, set(), {Status.PENDING_PAYMENT, Status.EXPIRED}, 2),
    (RaceFixture.confirmed, RaceFixture.cancel, RaceFixture.guest_cancels, set(), {Status.CANCELLED}, 2),
]


def named(pair: Any) -> str:
    return " ".join(action.__name__ for action in pair[:3])


def at_once(*deeds: Callable[[], None]) -> list[str]:
    """Do them at the same moment; the codes of those that were refused."""
    together = threading.Barrier(len(deeds))

    def do(action: Callable[[], None]) -> str:
        together.wait(10)
        try:
            action()
        except Refusal as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [code for code in pool.map(do, deeds) if code]


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_one_of_two_concurrent_decisions_wins_and_the_money_follows(environment: PaymentEnvironment, pair: Any) -> None:
    begin, one, other, allowed, ends, decisions = pair
    for _ in range(ROUNDS):
        environment.reset()
        scene = RaceFixture(environment, PaymentModel(environment.book(SHARE)))
        begin(scene)
        left = arrival(environment.booking(scene.model.created)) - environment.now()

        codes = at_once(partial(one, scene), partial(other, scene))
        settle(environment)

        booking = environment.booking(scene.model.created)
        made = [name for name in event_names(environment) if name in DECISIONS]
        assert len(codes) <= 1
        assert set(codes) <= allowed
        assert booking.status in ends
        assert len(made) <= decisions
        scene.model.word = DECISION_OF_STATUS.get(booking.status, Decision.NONE)
        scene.model.fee = fee_at(scene.model, event_names(environment), left=left)
        assert list(scene.model.final_violations(booking, environment.payments(scene.model.id))) == []
        assert environment.violations() == []


def fee_at(model: PaymentModel, facts: list[str], *, left: timedelta) -> int:
    """A booking that was called off while it waited for a payment costs nothing."""
    before = facts[: facts.index("BookingCancelled")] if "BookingCancelled" in facts else []
    on_card = "BookingAwaitsApproval" in before and "BookingPaymentFailed" not in before
    return fee_of(model.hotel, model.total, left=left) if on_card else 0


def event_names(environment: PaymentEnvironment) -> list[str]:
    rows = environment.sql("bookings", "SELECT type FROM outbox ORDER BY position")
    return [row["type"].split(".")[1] for row in rows]


def settle(environment: PaymentEnvironment) -> None:
    """Everything that follows, the provider's notices included; the clock's deeds are the test's own."""
    environment.settle()
    while coming := environment.undelivered():
        for event in coming:
            environment.deliver(event)
        environment.settle()


def test_a_race_of_two_that_agree_leaves_one_booking_alone(environment: PaymentEnvironment) -> None:
    """Deeds about different bookings do not hold each other up."""
    scenes = [RaceFixture(environment, PaymentModel(environment.book(slug))) for slug in (FREE, SHARE)]
    for scene in scenes:
        scene.waiting()

    codes = at_once(scenes[0].approve, scenes[1].decline)
    settle(environment)

    assert codes == []
    assert [environment.booking(scene.model.created).status for scene in scenes] == [Status.CONFIRMED, Status.DECLINED]
