"""A booking's money from the page to the end, on a real database and at the stand-in."""

from itertools import pairwise

import pytest

from chassis.refusal import Refusal
from tests.interface.payments.house import House, eur, moment


def test_a_page_is_paid_and_captured_on_approval(house: House) -> None:
    booking_id = house.book()

    opened = house.open(booking_id)
    house.stripe.pay(opened.session_id)
    house.settle()
    authorised = house.status(booking_id)
    house.approve(booking_id)
    house.settle()

    assert (opened.status, opened.amount) == ("created", eur(15000))
    assert opened.payment_url == f"{house.stripe.url}/c/pay/{opened.session_id}"
    assert authorised == "AUTHORIZED"
    assert house.status(booking_id) == "CAPTURED"
    assert house.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized", "PaymentCaptured"]
    assert house.ledger(booking_id) == house.journal(booking_id) == [("authorise", 15000), ("capture", 15000)]


def test_the_authorisation_says_until_when_it_holds(house: House) -> None:
    booking_id = house.authorised()

    told = house.event(booking_id, "PaymentAuthorized")

    held_for = moment(told["capture_before"]) - moment(told["authorized_at"])
    assert held_for.days == 7
    assert told["payment_intent_id"] == house.payment(booking_id)["intent_id"]


def test_a_declined_booking_has_its_hold_voided_once(house: House) -> None:
    booking_id = house.authorised()

    house.decline(booking_id)
    house.settle()
    house.settle()

    assert house.status(booking_id) == "VOIDED"
    assert house.events(booking_id)[2:] == ["PaymentVoided"]
    assert house.ledger(booking_id) == house.journal(booking_id) == [("authorise", 15000), ("void", 15000)]


def test_a_voided_holds_charge_refunded_is_no_refund(house: House) -> None:
    booking_id = house.authorised()
    house.decline(booking_id)

    house.settle()

    assert "charge.refunded" in house.inbox.types()
    assert "PaymentRefunded" not in house.events(booking_id)
    assert house.sql("SELECT count(*) AS n FROM webhook WHERE outcome = 'STORED'") == [{"n": 0}]


def test_a_cancellation_before_capture_takes_exactly_the_fee(house: House) -> None:
    booking_id = house.authorised()

    house.cancel(booking_id, fee=5000)
    house.settle()

    assert house.events(booking_id)[2:] == ["CancellationFeeCaptured"]
    assert house.event(booking_id, "CancellationFeeCaptured")["amount"] == {"amount": 5000, "currency": "EUR"}
    expected = [("authorise", 15000), ("capture", 5000), ("void", 10000)]
    assert house.ledger(booking_id) == house.journal(booking_id) == expected


def test_a_cancellation_after_capture_gives_back_all_but_the_fee(house: House) -> None:
    booking_id = house.captured()

    house.cancel(booking_id, fee=4000)
    house.settle()

    assert house.status(booking_id) == "PARTIALLY_REFUNDED"
    refunded = house.event(booking_id, "PaymentRefunded")
    assert refunded["amount"]["amount"] == refunded["refunded_total"]["amount"] == 11000
    assert refunded["refund_id"].startswith("re_")
    assert house.ledger(booking_id) == house.journal(booking_id)


def test_a_free_cancellation_after_capture_gives_everything_back(house: House) -> None:
    booking_id = house.captured()

    house.cancel(booking_id)
    house.settle()

    assert house.status(booking_id) == "REFUNDED"
    assert house.journal(booking_id)[-1] == ("refund", 15000)


def test_a_refund_that_fails_later_is_told_and_left_to_people(house: House) -> None:
    booking_id = house.captured(card="4000000000005126")

    house.cancel(booking_id)
    house.settle()
    house.stripe.advance(60)
    house.settle()

    assert house.events(booking_id)[-1] == "RefundFailed"
    assert house.status(booking_id) == "CAPTURED"
    assert house.ledger(booking_id) == house.journal(booking_id)


def test_a_slow_refund_is_told_when_it_is_done(house: House) -> None:
    booking_id = house.captured()
    house.stripe.fault("refund", starts="pending", ends="succeeded", after=60)

    house.cancel(booking_id)
    house.settle()
    before = house.events(booking_id)[3:]
    house.stripe.advance(61)
    house.settle()

    assert before == []
    assert house.events(booking_id)[3:] == ["PaymentRefunded"]


def test_money_for_an_ended_booking_goes_back_by_itself(house: House) -> None:
    booking_id = house.book()
    session = house.open(booking_id)
    house.stripe.pay(session.session_id)

    house.cancel(booking_id)
    house.settle()

    assert house.status(booking_id) == "VOIDED"
    assert house.events(booking_id)[1:] == ["PaymentAuthorized", "PaymentVoided"]
    assert house.journal(booking_id)[-1] == ("void", 15000)


def test_the_page_closes_with_the_hold(house: House) -> None:
    booking_id = house.book()
    opened = house.open(booking_id)

    house.run()
    before = house.status(booking_id)
    house.advance(16)
    house.run()

    assert before == "SESSION_OPEN"
    assert house.status(booking_id) == "SESSION_EXPIRED"
    assert house.event(booking_id, "PaymentSessionExpired")["session_id"] == opened.session_id


def test_a_page_paid_at_the_last_moment_is_authorised_and_not_expired(house: House) -> None:
    booking_id = house.book()
    house.stripe.drop_events(times=None)
    house.stripe.pay(house.open(booking_id).session_id)

    house.advance(16)
    house.run()

    assert house.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_a_cancelled_booking_closes_its_page(house: House) -> None:
    booking_id = house.book()
    house.open(booking_id)

    house.cancel(booking_id)
    house.settle()

    assert house.status(booking_id) == "SESSION_EXPIRED"


def test_a_capture_declined_for_good_is_told_and_the_guest_may_pay_again(house: House) -> None:
    booking_id = house.authorised()
    house.stripe.fault("decline", for_good=True, decline_code="insufficient_funds")

    house.approve(booking_id)
    house.settle()
    again = house.open(booking_id)

    assert house.event(booking_id, "PaymentCaptureFailed")["reason_code"] == "insufficient_funds"
    assert house.journal(booking_id) == [("authorise", 15000), ("void", 15000)]
    assert again.status == "created"


def test_the_capture_of_a_lapsed_hold_fails(house: House) -> None:
    booking_id = house.authorised()
    house.stripe.drop_events(times=None)
    house.stripe.advance(8 * 24 * 3600)

    house.approve(booking_id)
    house.settle()

    assert house.event(booking_id, "PaymentCaptureFailed")["reason_code"] == "authorization_expired"
    assert house.ledger(booking_id) == [("authorise", 15000), ("void", 15000)]


def test_a_lapsed_hold_is_told_before_anyone_decides(house: House) -> None:
    booking_id = house.authorised()

    house.stripe.advance(8 * 24 * 3600)
    house.settle()
    told = house.events(booking_id)[2:]
    house.approve(booking_id)
    house.settle()

    assert told == ["PaymentVoided"]
    assert house.events(booking_id)[3:] == ["PaymentCaptureFailed"]


def test_a_dispute_is_told_and_booked(house: House) -> None:
    booking_id = house.captured()
    charge = house.stripe.journal(house.payment(booking_id)["intent_id"])[0]["charge"]

    house.stripe.dispute(charge)
    house.settle()

    assert house.events(booking_id)[-1] == "PaymentDisputed"
    assert house.status(booking_id) == "CAPTURED"
    assert house.ledger(booking_id)[-1] == ("dispute", 15000)


def test_an_authorisation_over_another_amount_is_voided_and_told(house: House) -> None:
    booking_id = house.book()
    session = house.open(booking_id)
    house.sql("UPDATE payment SET amount = 20000 WHERE booking_id = :id", id=booking_id)

    house.stripe.pay(session.session_id)
    house.settle()

    assert house.event(booking_id, "PaymentMismatched")["reason_code"] == "AMOUNT_DIFFERS"
    assert "PaymentAuthorized" not in house.events(booking_id)
    assert house.journal(booking_id)[-1] == ("void", 15000)


def test_every_change_has_one_audit_row_and_one_event(house: House) -> None:
    booking_id = house.captured()
    house.cancel(booking_id, fee=1000)
    house.settle()

    audit = house.sql("SELECT sequence, what, from_status, to_status FROM audit ORDER BY position")

    assert [row["sequence"] for row in audit] == [1, 2, 3, 4]
    assert [row["what"] for row in audit] == house.events(booking_id)
    assert audit[0]["from_status"] == "NONE"
    assert all(before["to_status"] == after["from_status"] for before, after in pairwise(audit))


def test_a_booking_that_cannot_be_paid_gets_no_page(house: House) -> None:
    booking_id = house.book()
    house.ends(booking_id)

    with pytest.raises(Refusal) as refused:
        house.open(booking_id)

    assert refused.value.code == "BOOKING_NOT_PAYABLE"
    assert house.stripe.requests() == []
