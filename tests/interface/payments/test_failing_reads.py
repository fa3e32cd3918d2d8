"""A read that fails is unknown: the answer is what is stored, and the rest of the work goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.payments.reconciliation import ReconciliationPart
from services.payments.handlers.reconciliation import reconcile_due
from services.payments.stripe_gateway.cards import StripeCards
from services.payments.stripe_gateway.http import TIMEOUT
from tests.interface.payments.conftest import KEY, SECRET
from tests.interface.payments.drift import conversation, reconcile_all, reconcile_page
from tests.interface.payments.payments_under_test import PaymentsUnderTest, wait_for
from tests.interface.payments.webhook_bodies import event, signed, stored

FAILURES: dict[str, dict[str, Any]] = {
    "500": {"kind": "fail_before"},
    "503": {"kind": "fail_before", "status": 503},
    "429": {"kind": "fail_before", "status": 429, "store": "nothing"},
    "409": {"kind": "fail_before", "status": 409, "store": "nothing"},
    "cut": {"kind": "fail_before", "drop": True},
    "timeout": {"kind": "delay", "seconds": 0.4},
}
SESSIONS, INTENTS, REFUNDS, DISPUTES = r"/checkout/sessions", r"/payment_intents", r"/refunds", r"/disputes"

PATHS = [SESSIONS, INTENTS, REFUNDS, DISPUTES]

every_failure = pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
# Each path with three failures, and each failure with two paths, stand for the others.
PATHS_AND_FAILURES = [
    pytest.param(path, failure, marks=[] if (at + number) % 2 == 0 else [pytest.mark.long], id=f"{path}-{name}")
    for at, path in enumerate(PATHS)
    for number, (name, failure) in enumerate(FAILURES.items())
]


def wait_briefly(service: PaymentsUnderTest, failure: dict[str, Any]) -> None:
    """Have the service wait for the provider 0.15 s only, where the failure is a slow answer."""
    timeout = (1.0, 0.15) if failure["kind"] == "delay" else TIMEOUT
    service.restart(StripeCards(KEY, url=service.stripe.url, secrets=(SECRET,), timeout=timeout))


def fail_reads(
    service: PaymentsUnderTest, failure: dict[str, Any], path: str = "/v1/", times: int | None = None
) -> None:
    """Reads of the path fail from here on."""
    wait_briefly(service, failure)
    service.stripe.fault(method="GET", path=path, times=times, **failure)


@every_failure
def test_a_verification_answers_with_the_stored_payment(service: PaymentsUnderTest, failure: dict[str, Any]) -> None:
    booking_id = service.book()
    opened = service.open(booking_id)
    fail_reads(service, failure)

    verified = service.verify(booking_id, opened.session_id)

    assert verified.payment_status == "SESSION_OPEN"


@every_failure
def test_an_open_page_is_returned(service: PaymentsUnderTest, failure: dict[str, Any]) -> None:
    booking_id = service.book()
    opened = service.open(booking_id)
    fail_reads(service, failure)

    again = service.open(booking_id)

    assert (again.status, again.payment_url) == ("existing", opened.payment_url)


@every_failure
def test_a_page_opens_although_the_first_read_of_its_session_fails(
    service: PaymentsUnderTest, failure: dict[str, Any]
) -> None:
    booking_id = service.book()
    fail_reads(service, failure, SESSIONS, times=1)

    assert service.open(booking_id).status == "created"
    assert service.events(booking_id) == ["PaymentSessionOpened"]


@every_failure
def test_a_webhook_event_is_applied_after_the_reads_succeed_again(
    service: PaymentsUnderTest, failure: dict[str, Any]
) -> None:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id)
    fail_reads(service, failure, times=4)

    service.run_until_idle()

    assert service.status(booking_id) == "AUTHORIZED"


@every_failure
def test_a_payment_whose_read_fails_does_not_keep_the_timer_from_the_others(
    service: PaymentsUnderTest, failure: dict[str, Any]
) -> None:
    bookings = [lost_authorisation(service) for _ in range(3)]
    first = service.payment(bookings[0])["session_id"]
    fail_reads(service, failure, first)

    for _ in range(2):
        service.sql("UPDATE payment SET compare_at = compare_at - interval '61 minutes'")
        reconcile_due(conversation(service))

    assert [service.status(each) for each in bookings] == ["SESSION_OPEN", "AUTHORIZED", "AUTHORIZED"]


@every_failure
def test_a_page_of_a_reconciliation_counts_a_payment_whose_read_fails(
    service: PaymentsUnderTest, failure: dict[str, Any]
) -> None:
    bookings = [lost_authorisation(service) for _ in range(3)]
    unread = service.payment(bookings[0])["session_id"]
    fail_reads(service, failure, unread)

    page = reconcile_page(service, ReconciliationPart.PAYMENTS, repair=True)

    assert (page.looked, page.unread) == (2, 1)
    assert {finding.booking_id for finding in page.findings} == set(bookings[1:])


@pytest.mark.parametrize(("path", "failure"), PATHS_AND_FAILURES)
def test_a_reconciliation_ends_although_a_kind_of_read_fails(
    service: PaymentsUnderTest, path: str, failure: dict[str, Any]
) -> None:
    create: list[Callable[[PaymentsUnderTest], str]] = [lost_authorisation, disputed, refunded]
    for each in create:
        each(service)
    fail_reads(service, failure, path)

    pages = [reconcile_page(service, part, repair=repair) for part in ReconciliationPart for repair in (False, True)]

    assert sum(page.unread for page in pages) > 0
    service.stripe.lift_faults()
    assert all(finding.repaired for finding in reconcile_all(service, repair=True))
    assert reconcile_all(service) == []


def lost_authorisation(service: PaymentsUnderTest) -> str:
    booking_id = service.book()
    service.stripe.pay(service.open(booking_id).session_id)
    return booking_id


def disputed(service: PaymentsUnderTest) -> str:
    booking_id = service.captured()
    service.stripe.dispute(service.stripe.journal(service.payment(booking_id)["intent_id"])[0]["charge"])
    service.run_until_idle()
    return booking_id


def refunded(service: PaymentsUnderTest) -> str:
    booking_id = service.captured()
    service.cancel(booking_id, fee=5000)
    service.run_until_idle()
    return booking_id


# A session that the provider no longer has.


def test_expiring_a_session_that_is_gone_is_done(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)
    service.stripe.state.store.sessions.clear()

    service.advance(16)
    service.run_jobs(rounds=2)

    assert service.status(booking_id) == "SESSION_EXPIRED"
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentSessionExpired"]
    assert service.sql("SELECT * FROM job WHERE done_at IS NULL") == []
    assert reconcile_all(service) == []


def test_the_session_of_an_ended_booking_that_is_gone_is_done(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)
    service.stripe.state.store.sessions.clear()

    service.cancel(booking_id)
    service.run_jobs(rounds=2)

    assert service.status(booking_id) == "SESSION_EXPIRED"
    assert service.sql("SELECT * FROM job WHERE done_at IS NULL AND kind = 'ConvergePayment'") == []


def test_a_session_that_is_gone_while_the_guest_may_pay_is_a_finding(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    opened = service.open(booking_id)
    service.stripe.state.store.sessions.clear()

    (finding,) = reconcile_all(service, repair=True)

    assert (finding.kind, finding.object_id, finding.repaired) == ("MISSING_AT_PROVIDER", opened.session_id, False)
    assert service.status(booking_id) == "SESSION_OPEN"
    assert service.verify(booking_id, opened.session_id).payment_status == "SESSION_OPEN"


def test_a_webhook_event_about_a_session_that_is_gone_waits_and_is_then_parked(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    session_id = service.open(booking_id).session_id
    service.stripe.state.store.sessions.clear()
    about: dict[str, Any] = {"id": session_id, "object": "checkout.session", "payment_intent": None, "metadata": {}}
    body = event(type="checkout.session.completed", data={"object": about})
    service.store_webhook(body, signed(body))

    service.run_jobs(rounds=7)
    early = stored(service)
    service.sql("UPDATE webhook SET received_at = received_at - interval '6 minutes'")
    service.sql("UPDATE job SET try_at = now() WHERE done_at IS NULL")
    service.run_jobs()

    assert (early, stored(service)) == ([("evt_x", "STORED")], [("evt_x", "PARKED")])
    assert service.status(booking_id) == "SESSION_OPEN"


@every_failure
def test_an_expiry_that_fails_is_repeated_until_the_session_is_closed(
    service: PaymentsUnderTest, failure: dict[str, Any]
) -> None:
    booking_id = service.book()
    service.open(booking_id)
    wait_briefly(service, failure)
    service.stripe.fault(method="POST", path="/expire$", times=2, **failure)

    service.advance(16)

    def expired() -> bool:
        service.run_jobs()
        return service.status(booking_id) == "SESSION_EXPIRED"

    wait_for(expired)  # while a call that timed out goes on at the provider, its repetition is refused as busy
    assert service.sql("SELECT * FROM job WHERE done_at IS NULL") == []


class GoneCards:
    """The session is gone between the read and the call."""

    def __init__(self, service: PaymentsUnderTest) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service.cards, name)

    def perform(self, request: str, *, key: str) -> Any:
        if ":expire:" in key:
            self._service.stripe.state.store.sessions.clear()
        return self._service.cards.perform(request, key=key)


def test_an_expiry_whose_session_is_gone_at_the_call_is_done(service: PaymentsUnderTest) -> None:
    booking_id = service.book()
    service.open(booking_id)
    cards: Any = GoneCards(service)
    service.restart(cards)

    service.advance(16)
    service.run_jobs(rounds=2)

    assert service.status(booking_id) == "SESSION_EXPIRED"
    assert service.calls(booking_id, "expire") == [(1, "DONE")]
