"""What the services say to each other when money does not go back at the first try."""

import pytest

from chassis.refusal import Refusal
from contracts.bookings import ApproveBooking, BookingDetail, CancelBooking, CreatedBooking, RetryRefund
from contracts.payments import OpenPaymentSession
from tests.conversations.conftest import HOTEL, STAFF, Scene, guest

REFUND_FAILS = "4000000000005126"


def cancelled(scene: Scene) -> CreatedBooking:
    created = scene.book()
    scene.pay(created, card=REFUND_FAILS)
    scene.town.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    scene.settle()
    scene.town.ask(
        CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="their child is ill", waive_fee=True), STAFF
    )
    scene.settle()
    return created


def retry(scene: Scene, created: CreatedBooking) -> BookingDetail:
    answer: BookingDetail = scene.town.ask(RetryRefund(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    return answer


def test_a_failed_refund_is_told_tried_again_and_done(scene: Scene) -> None:
    created = cancelled(scene)
    assert scene.booking(created).refund_status == "FAILED"
    told = [event["event"] for event in scene.pusher.events(channel=f"private-staff-{HOTEL}")]
    assert "refund_failed" in told
    scene.stripe.fault("refund", starts="succeeded", times=None)

    asked, again = retry(scene, created), retry(scene, created)
    scene.settle()

    after = scene.booking(created)
    total = created.booking.total_amount.amount
    assert (asked.refund_status, again.version) == ("PENDING", asked.version)
    assert (after.refund_status, after.payment_status) == ("SUCCEEDED", "REFUNDED")
    assert scene.movements()[-1] == ("refund", total)
    assert [movement for movement, _ in scene.movements()].count("refund") == 2
    with pytest.raises(Refusal, match="NO_FAILED_REFUND"):
        retry(scene, created)


def test_a_cancellation_that_overtakes_the_page_leaves_the_payments_word_on_the_booking(scene: Scene) -> None:
    created = scene.book()
    scene.town.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))

    scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    scene.settle()

    assert scene.booking(created).payment_status == "SESSION_EXPIRED"
