"""An approval waits for its capture, but not for ever."""

import asyncio

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking, BookingConfirmed
from contracts.bookings.events import BookingPaymentFailed
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import RoomAssigned
from contracts.bookings.views import BookingDetail
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

APPROVE = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/approve/"
DECIDED = builders.booking(
    status=BookingStatus.PENDING_APPROVAL, decision_made_at=builders.NOON, decision_made_by=builders.CLERK
)
CONFIRMED = builders.booking(status=BookingStatus.CONFIRMED, paid_at=builders.NOON, version=5)


def _happens(gateway: Gateway, *kinds: str) -> None:
    """Have facts published while the decision is being answered."""

    def decide(*_: object) -> BookingDetail:
        for kind in kinds:
            gateway.bus.happens(kind)
        return DECIDED

    gateway.bus.answers(ApproveBooking, decide)


def test_a_capture_in_time_is_answered_200(gateway: Gateway, manager: dict[str, str]) -> None:
    _happens(gateway, BookingConfirmed.wire_name)
    gateway.bus.answers(GetBooking, CONFIRMED)

    answer = gateway.post(APPROVE, headers=manager)

    assert (answer.status_code, answer.json()["status"]) == (200, "CONFIRMED")
    assert answer.headers["etag"] == '"5"'


def test_a_slow_provider_is_answered_202_with_the_decision(gateway: Gateway, manager: dict[str, str]) -> None:
    _happens(gateway, RoomAssigned.wire_name)
    gateway.bus.answers(GetBooking, DECIDED)

    answer = gateway.post(APPROVE, headers=manager)

    assert (answer.status_code, answer.json()["status"]) == (202, "PENDING_APPROVAL")
    assert answer.json()["decision_made_by"]["name"] == "Nora Clerk"


def test_a_card_that_does_not_pay_is_409(gateway: Gateway, manager: dict[str, str]) -> None:
    _happens(gateway, BookingPaymentFailed.wire_name)
    gateway.bus.answers(GetBooking, builders.booking(status=BookingStatus.PENDING_PAYMENT))

    answer = gateway.post(APPROVE, headers=manager)

    assert (answer.status_code, code(answer)) == (409, "CAPTURE_FAILED")


def test_the_approval_of_a_confirmed_booking_does_not_wait(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ApproveBooking, CONFIRMED)

    assert gateway.post(APPROVE, headers=manager).status_code == 200
    assert gateway.bus.count(GetBooking) == 0


def test_a_refused_approval_does_not_wait(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ApproveBooking, Refusal("DECISION_MADE", "Declined."))

    answer = gateway.post(APPROVE, headers=manager)

    assert (answer.status_code, code(answer)) == (409, "DECISION_MADE")
    assert not gateway.bus.subscriptions


def test_a_replayed_approval_answers_the_current_state(gateway: Gateway, manager: dict[str, str]) -> None:
    gateway.bus.answers(ApproveBooking, DECIDED)
    gateway.bus.answers(GetBooking, CONFIRMED)
    gateway.bus.replayed = True

    answer = gateway.post(APPROVE, headers={**manager, "Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()["status"]) == (200, "CONFIRMED")


def test_a_missed_event_is_replaced_by_reading_the_booking(gateway: Gateway, manager: dict[str, str]) -> None:
    def decide(*_: object) -> BookingDetail:
        asyncio.get_running_loop().call_soon(gateway.bus.interrupt)
        return DECIDED

    gateway.bus.answers(ApproveBooking, decide)
    gateway.bus.answers(GetBooking, CONFIRMED)

    assert gateway.post(APPROVE, headers=manager).status_code == 200


@pytest.mark.parametrize("answers", [Unavailable("down")])
def test_an_approval_is_accepted_while_bookings_does_not_answer_afterwards(
    gateway: Gateway, manager: dict[str, str], answers: Exception
) -> None:
    _happens(gateway, BookingConfirmed.wire_name)
    gateway.bus.answers(GetBooking, answers)

    assert gateway.post(APPROVE, headers=manager).status_code == 202


def test_an_event_before_the_subscription_is_lost_so_the_subscription_comes_before_the_ask(gateway: Gateway) -> None:
    async def act(_: object) -> tuple[object, object]:
        gateway.bus.happens(BookingConfirmed.wire_name)
        await asyncio.sleep(0)
        with gateway.bus.subscribe(builders.BOOKING) as late:
            missed = await late.next(within=0.01)
        with gateway.bus.subscribe(builders.BOOKING) as early:
            gateway.bus.happens(BookingConfirmed.wire_name)
            return missed, await early.next(within=1)

    missed, received = gateway.together(act)

    assert missed is None
    assert received is not None
