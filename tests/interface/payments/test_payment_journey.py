"""The payments of a booking from the checkout session to the end, on a real database and the Stripe stand-in."""

from itertools import pairwise

import pytest

from chassis.refusal import Refusal
from tests.interface.payments.payments_under_test import PaymentsUnderTest, eur, moment


def test_a_paid_session_is_captured_on_approval(service: PaymentsUnderTest) -> None:
    booking_id = service.book()

    opened = service.open(booking_id)
    service.stripe.pay(opened.session_id)
    service.run_until_idle()
    authorised = service.status(booking_id)
    service.approve(booking_id)
    service.run_until_idle()

    assert (opened.status, opened.amount) == ("created", eur(15000))
    assert opened.payment_url == f"{service.stripe.url}/c/pay/{opened.session_id}"
    assert authorised == "AUTHORIZED"
    assert service.status(booking_id) == "CAPTURED"
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized", "PaymentCaptured"]
    assert service.ledger(booking_id) == service.journal(booking_id) == [("authorise", 15000), ("capture", 15000)]


def test_the_authorisation_event_has_the_end_of_the_authorisation(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()

    event = service.event(booking_id, "PaymentAuthorized")

    held_for = moment(event["capture_before"]) - moment(event["authorized_at"])
    assert held_for.days == 7
    assert event["payment_intent_id"] == service.payment(booking_id)["intent_id"]


def test_the_authorisation_of_a_declined_booking_is_voided_once(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()

    service.decline(booking_id)
    service.run_until_idle()
    service.run_until_idle()

    assert service.status(booking_id) == "VOIDED"
    assert service.events(booking_id)[2:] == ["PaymentVoided"]
    assert service.ledger(booking_id) == service.journal(booking_id) == [("authorise", 15000), ("void", 15000)]


def test_the_charge_refunded_event_of_a_void_is_no_refund(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()
    service.decline(booking_id)

    service.run_until_idle()

    assert "charge.refunded" in service.inbox.types()
    assert "PaymentRefunded" not in service.events(booking_id)
    assert service.sql("SELECT count(*) AS n FROM webhook WHERE outcome = 'STORED'") == [{"n": 0}]


def test_a_cancellation_before_capture_captures_exactly_the_fee(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()

    service.cancel(booking_id, fee=5000)
    service.run_until_idle()

    assert service.events(booking_id)[2:] == ["CancellationFeeCaptured"]
    assert service.event(booking_id, "CancellationFeeCaptured")["amount"] == {"amount": 5000, "currency": "EUR"}
    expected = [("authorise", 15000), ("capture", 5000), ("void", 10000)]
    assert service.ledger(booking_id) == service.journal(booking_id) == expected


def test_a_cancellation_after_capture_refunds_all_but_the_fee(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()

    service.cancel(booking_id, fee=4000)
    service.run_until_idle()

    assert service.status(booking_id) == "PARTIALLY_REFUNDED"
    refunded = service.event(booking_id, "PaymentRefunded")
    assert refunded["amount"]["amount"] == refunded["refunded_total"]["amount"] == 11000
    assert refunded["refund_id"].startswith("re_")
    assert service.ledger(booking_id) == service.journal(booking_id)


def test_a_free_cancellation_after_capture_refunds_everything(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()

    service.cancel(booking_id)
    service.run_until_idle()

    assert service.status(booking_id) == "REFUNDED"
    assert service.journal(booking_id)[-1] == ("refund", 15000)


def test_a_refund_that_fails_later_is_published_and_left_to_staff(service: PaymentsUnderTest) -> None:
    booking_id = service.captured(card="4000000000005126")

    service.cancel(booking_id)
    service.run_until_idle()
    service.stripe.advance(60)
    service.run_until_idle()

    assert service.events(booking_id)[-1] == "RefundFailed"
    assert service.status(booking_id) == "CAPTURED"
    assert service.ledger(booking_id) == service.journal(booking_id)


def test_a_pending_refund_is_published_once_it_succeeds(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.stripe.fault("refund", starts="pending", ends="succeeded", after=60)

    service.cancel(booking_id)
    service.run_until_idle()
    before = service.events(booking_id)[3:]
    service.stripe.advance(61)
    service.run_until_idle()

    assert before == []
    assert service.events(booking_id)[3:] == ["PaymentRefunded"]


def test_an_authorisation_for_an_ended_booking_is_voided_automatically(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    session = service.open(booking_id)
    service.stripe.pay(session.session_id)

    service.cancel(booking_id)
    service.run_until_idle()

    assert service.status(booking_id) == "VOIDED"
    assert service.events(booking_id)[1:] == ["PaymentAuthorized", "PaymentVoided"]
    assert service.journal(booking_id)[-1] == ("void", 15000)


def test_the_session_closes_when_the_hold_expires(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    opened = service.open(booking_id)

    service.run_jobs()
    before = service.status(booking_id)
    service.advance(16)
    service.run_jobs()

    assert before == "SESSION_OPEN"
    assert service.status(booking_id) == "SESSION_EXPIRED"
    assert service.event(booking_id, "PaymentSessionExpired")["session_id"] == opened.session_id


def test_a_session_paid_just_before_the_hold_expires_is_authorised(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.stripe.drop_events(times=None)
    service.stripe.pay(service.open(booking_id).session_id)

    service.advance(16)
    service.run_jobs()

    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_a_cancelled_booking_closes_its_session(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)

    service.cancel(booking_id)
    service.run_until_idle()

    assert service.status(booking_id) == "SESSION_EXPIRED"


def test_a_capture_declined_for_good_is_published_and_the_guest_may_pay_again(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()
    service.stripe.fault("decline", for_good=True, decline_code="insufficient_funds")

    service.approve(booking_id)
    service.run_until_idle()
    again = service.open(booking_id)

    assert service.event(booking_id, "PaymentCaptureFailed")["reason_code"] == "insufficient_funds"
    assert service.journal(booking_id) == [("authorise", 15000), ("void", 15000)]
    assert again.status == "created"


def test_the_capture_of_a_lapsed_authorisation_fails(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()
    service.stripe.drop_events(times=None)
    service.stripe.advance(8 * 24 * 3600)

    service.approve(booking_id)
    service.run_until_idle()

    assert service.event(booking_id, "PaymentCaptureFailed")["reason_code"] == "authorization_expired"
    assert service.ledger(booking_id) == [("authorise", 15000), ("void", 15000)]


def test_a_lapsed_authorisation_is_published_before_the_decision(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()

    service.stripe.advance(8 * 24 * 3600)
    service.run_until_idle()
    before_approval = service.events(booking_id)[2:]
    service.approve(booking_id)
    service.run_until_idle()

    assert before_approval == ["PaymentVoided"]
    assert service.events(booking_id)[3:] == ["PaymentCaptureFailed"]


def test_a_dispute_is_published_and_booked(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    charge = service.stripe.journal(service.payment(booking_id)["intent_id"])[0]["charge"]

    service.stripe.dispute(charge)
    service.run_until_idle()

    assert service.events(booking_id)[-1] == "PaymentDisputed"
    assert service.status(booking_id) == "CAPTURED"
    assert service.ledger(booking_id)[-1] == ("dispute", 15000)


def test_an_authorisation_over_another_amount_is_voided_and_published(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    session = service.open(booking_id)
    service.sql("UPDATE payment SET amount = 20000 WHERE booking_id = :id", id=booking_id)

    service.stripe.pay(session.session_id)
    service.run_until_idle()

    assert service.event(booking_id, "PaymentMismatched")["reason_code"] == "AMOUNT_DIFFERS"
    assert "PaymentAuthorized" not in service.events(booking_id)
    assert service.journal(booking_id)[-1] == ("void", 15000)


def test_every_change_of_a_payment_has_one_audit_row_and_one_event(service: PaymentsUnderTest) -> None:
    booking_id = service.captured()
    service.cancel(booking_id, fee=1000)
    service.run_until_idle()

    audit = service.sql("SELECT sequence, what, from_status, to_status FROM audit ORDER BY position")

    assert [row["sequence"] for row in audit] == [1, 2, 3, 4]
    assert [row["what"] for row in audit] == service.events(booking_id)
    assert audit[0]["from_status"] == "NONE"
    assert all(before["to_status"] == after["from_status"] for before, after in pairwise(audit))


def test_a_booking_that_is_not_payable_gets_no_session(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.make_unpayable(booking_id)

    with pytest.raises(Refusal) as refused:
        service.open(booking_id)

    assert refused.value.code == "BOOKING_NOT_PAYABLE"
    assert service.stripe.requests() == []
