"""The payments of a booking from the checkout session to the end, on a real database and the Stripe stand-in."""

from tests.interface.payments.payments_under_test import PaymentsUnderTest, moment
from tests.interface.payments.played_bookings import eur


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


def test_a_fee_that_is_owed_at_the_desk_is_not_captured(service: PaymentsUnderTest) -> None:
    booking_id = service.authorised()

    service.cancel(booking_id, fee=49, fee_at_desk=True)
    service.run_until_idle()

    assert service.events(booking_id)[2:] == ["PaymentVoided"]
    assert service.ledger(booking_id) == service.journal(booking_id) == [("authorise", 15000), ("void", 15000)]


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
