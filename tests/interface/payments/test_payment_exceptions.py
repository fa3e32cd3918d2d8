"""Payments off the usual path: late authorisations, expired sessions, lapsed authorisations, disputes, mismatches."""

from itertools import pairwise

import pytest

from chassis.refusal import Refusal
from tests.interface.payments.payments_under_test import PaymentsUnderTest


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
