"""Every pair of deeds that cannot both be, done at the same moment on two connections: one wins, and money follows it.

That one would not without lock, guard and unique number is shown in `tests/interface/bookings/test_races.py`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.bookings import ApproveBooking, BookingStatus, CancelBooking, DeclineBooking
from contracts.payments import OpenPaymentSession
from services.bookings.handlers.timers import apply_due_deadline
from tests.fakes.mortal import MortalTransactor
from tests.storm.ground import staff
from tests.storm.model import Life, Word, arrival, fee_of
from tests.storm.place import FREE, SHARE, Place, guest

ROUNDS = 5
FAR = timedelta(days=8)
DECISIONS = ("BookingApproved", "BookingDeclined", "BookingCancelled", "BookingExpired")
Status = BookingStatus
WORDS = {Status.CONFIRMED: Word.YES, Status.DECLINED: Word.NO, Status.CANCELLED: Word.OFF}


@dataclass
class Scene:
    """One booking of the share hotel, and what may be done to it. Each deed answers nothing, or a refusal's code."""

    place: Place
    life: Life

    @property
    def about(self) -> dict[str, str]:
        return {"hotel": self.life.hotel, "booking_id": self.life.id}

    def approve(self) -> None:
        self._ask(ApproveBooking(**self.about))

    def decline(self) -> None:
        self._ask(DeclineBooking(**self.about))

    def cancel(self) -> None:
        self._ask(CancelBooking(**self.about, reason="ill"))

    def guest_cancels(self) -> None:
        self.place.town.ask(CancelBooking(**self.about), guest(self.life.created))

    def expire(self) -> None:
        """The timer's clock is past every deadline, the others' is not."""
        house = self.place.town.houses["bookings"]
        with later(house.unit_of_work, house.engine, self.place).begin() as work:
            apply_due_deadline(work)

    def news(self) -> None:
        """Bookings hears what payments has said."""
        self.place.town.carry()

    def _ask(self, command: Any) -> None:
        self.place.town.ask(command, staff(self.life.hotel))

    # beginnings

    def paid(self) -> None:
        """Payments knows of the authorisation, bookings does not."""
        session = self.place.town.ask(OpenPaymentSession(**self.about), guest(self.life.created))
        self.place.settle()
        self.place.stripe.pay(session.session_id)
        self._payments_act()

    def waiting(self) -> None:
        self.paid()
        self.place.settle()

    def taken(self) -> None:
        """Approved and captured, and bookings has not heard of it."""
        self.waiting()
        self.approve()
        self.place.town.carry()
        self._payments_act()

    def refused(self) -> None:
        """Approved, the card will not pay, and bookings has not heard of it."""
        self.place.stripe.fault("decline", for_good=True)
        self.life.shaky = True
        self.taken()

    def confirmed(self) -> None:
        self.taken()
        self.place.settle()

    def _payments_act(self) -> None:
        for event in self.place.undelivered():
            self.place.deliver(event)
        self.place.town.houses["payments"].run_errands()


def later(unit_of_work: UnitOfWork, engine: Any, place: Place) -> UnitOfWork:
    named: dict[str, Any] = {"dependencies": unit_of_work.dependencies, "demo": True, "fate": place.fate}
    work = place.town.houses["bookings"].service.work
    return MortalTransactor(engine, work, ahead=lambda: place.ahead + FAR, **named)


OVER, MADE = "BOOKING_ENDED", "DECISION_MADE"
Deed = Callable[[Scene], None]

# Beginning, two deeds; what the loser may be told; what the booking may have become; how many decisions there are then.
PAIRS: list[tuple[Deed, Deed, Deed, set[str], set[Status], int]] = [
    (Scene.waiting, Scene.approve, Scene.decline, {MADE, OVER}, {Status.CONFIRMED, Status.DECLINED}, 1),
    (Scene.waiting, Scene.approve, Scene.cancel, {MADE, OVER}, {Status.CONFIRMED, Status.CANCELLED}, 1),
    (Scene.waiting, Scene.approve, Scene.guest_cancels, {MADE, OVER}, {Status.CONFIRMED, Status.CANCELLED}, 1),
    (Scene.waiting, Scene.approve, Scene.expire, {OVER}, {Status.CONFIRMED, Status.EXPIRED}, 1),
    (Scene.waiting, Scene.approve, Scene.approve, set(), {Status.CONFIRMED}, 1),
    (Scene.waiting, Scene.decline, Scene.cancel, {OVER}, {Status.DECLINED, Status.CANCELLED}, 1),
    (Scene.waiting, Scene.decline, Scene.expire, {OVER}, {Status.DECLINED, Status.EXPIRED}, 1),
    (Scene.waiting, Scene.decline, Scene.decline, set(), {Status.DECLINED}, 1),
    (Scene.waiting, Scene.cancel, Scene.expire, {OVER}, {Status.CANCELLED, Status.EXPIRED}, 1),
    (Scene.waiting, Scene.cancel, Scene.guest_cancels, set(), {Status.CANCELLED}, 1),
    (Scene.waiting, Scene.expire, Scene.expire, set(), {Status.EXPIRED}, 1),
    (Scene.paid, Scene.news, Scene.expire, set(), {Status.EXPIRED, Status.PENDING_APPROVAL}, 1),
    (Scene.paid, Scene.news, Scene.cancel, set(), {Status.CANCELLED}, 1),
    (Scene.paid, Scene.cancel, Scene.expire, {OVER}, {Status.CANCELLED, Status.EXPIRED}, 1),
    (Scene.taken, Scene.news, Scene.cancel, {MADE}, {Status.CONFIRMED, Status.CANCELLED}, 2),
    (Scene.taken, Scene.news, Scene.decline, {MADE, "ILLEGAL_TRANSITION"}, {Status.CONFIRMED}, 1),
    (Scene.taken, Scene.news, Scene.expire, set(), {Status.CONFIRMED}, 1),
    (Scene.refused, Scene.news, Scene.cancel, {MADE}, {Status.PENDING_PAYMENT, Status.CANCELLED}, 2),
    (Scene.refused, Scene.news, Scene.expire, set(), {Status.PENDING_PAYMENT, Status.EXPIRED}, 2),
    (Scene.confirmed, Scene.cancel, Scene.guest_cancels, set(), {Status.CANCELLED}, 2),
]


def named(pair: Any) -> str:
    return " ".join(deed.__name__ for deed in pair[:3])


def at_once(*deeds: Callable[[], None]) -> list[str]:
    """Do them at the same moment; the codes of those that were refused."""
    together = threading.Barrier(len(deeds))

    def do(deed: Callable[[], None]) -> str:
        together.wait(10)
        try:
            deed()
        except Refusal as refusal:
            return refusal.code
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [code for code in pool.map(do, deeds) if code]


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_one_wins_and_the_money_follows(place: Place, pair: Any) -> None:
    begin, one, other, told, ends, decisions = pair
    for _ in range(ROUNDS):
        place.fresh()
        scene = Scene(place, Life(place.book(SHARE)))
        begin(scene)
        left = arrival(place.booking(scene.life.created)) - place.now()

        codes = at_once(lambda scene=scene: one(scene), lambda scene=scene: other(scene))
        settle(place)

        booking = place.booking(scene.life.created)
        made = [name for name in happened(place) if name in DECISIONS]
        assert len(codes) <= 1
        assert set(codes) <= told
        assert booking.status in ends
        assert len(made) <= decisions
        scene.life.word = WORDS.get(booking.status, Word.NONE)
        scene.life.fee = fee_at(scene.life, happened(place), left=left)
        assert list(scene.life.wrong(booking, place.purse(scene.life.id))) == []
        assert place.violations() == []


def fee_at(life: Life, facts: list[str], *, left: timedelta) -> int:
    """A booking that was called off while it waited for a payment costs nothing."""
    before = facts[: facts.index("BookingCancelled")] if "BookingCancelled" in facts else []
    on_card = "BookingAwaitsApproval" in before and "BookingPaymentFailed" not in before
    return fee_of(life.hotel, life.total, left=left) if on_card else 0


def happened(place: Place) -> list[str]:
    rows = place.sql("bookings", "SELECT type FROM outbox ORDER BY position")
    return [row["type"].split(".")[1] for row in rows]


def settle(place: Place) -> None:
    """Everything that follows, the provider's notices included; the clock's deeds are the test's own."""
    place.settle()
    while coming := place.undelivered():
        for event in coming:
            place.deliver(event)
        place.settle()


def test_a_race_of_two_that_agree_leaves_one_booking_alone(place: Place) -> None:
    """Deeds about different bookings do not hold each other up."""
    scenes = [Scene(place, Life(place.book(slug))) for slug in (FREE, SHARE)]
    for scene in scenes:
        scene.waiting()

    codes = at_once(scenes[0].approve, scenes[1].decline)
    settle(place)

    assert codes == []
    assert [place.booking(scene.life.created).status for scene in scenes] == [Status.CONFIRMED, Status.DECLINED]
