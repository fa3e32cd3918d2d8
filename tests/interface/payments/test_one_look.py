"""One look at the provider serves all events about an intent that were stored before it, and no later one."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.transactions.conversation import JobConversation
from services.payments.cards import Cards
from services.payments.domain.webhook_with_payment import WebhookWithPayment
from services.payments.store.applied_webhooks import SqlAppliedWebhooks
from services.payments.stripe_gateway.cards import StripeCards
from tests.interface.payments.failing_cards import Crash, CrashingCards
from tests.interface.payments.payments_under_test import PaymentsUnderTest

APPLIED = ["checkout.session.completed", "payment_intent.amount_capturable_updated"]


class WatchedCards(CrashingCards):
    """Counts the looks at a payment's session or intent, and calls `during` in the first of them."""

    def __init__(self, cards: Cards, during: Callable[[], Any] = lambda: None) -> None:
        super().__init__(cards)
        self.looks = 0
        self._during = during

    def session(self, session_id: str) -> Any:
        return self._looked_at(self._cards.session(session_id))

    def intent(self, intent_id: str) -> Any:
        return self._looked_at(self._cards.intent(intent_id))

    def _looked_at(self, snapshot: Any) -> Any:
        self.looks += 1
        if self.looks == 1:
            self._during()
        return snapshot


def paid(service: PaymentsUnderTest) -> tuple[str, list[tuple[bytes, str]]]:
    """A booking whose guest has paid, and the deliveries of the provider's events, none of which is stored yet."""
    booking_id = service.book()
    session = service.open(booking_id)
    service.deliver_webhooks()
    before = len(service.inbox.deliveries)
    service.stripe.pay(session.session_id)
    service.stripe.wait_until_delivered()
    return booking_id, list(service.inbox.deliveries)[before:]


def store(service: PaymentsUnderTest, deliveries: list[tuple[bytes, str]]) -> None:
    for body, signature in deliveries:
        service.store_webhook(body, signature)


def outcomes(service: PaymentsUnderTest) -> list[tuple[str, str]]:
    """The type and the outcome of each event that is to be applied."""
    rows = service.sql("SELECT type, outcome FROM webhook WHERE outcome <> 'IGNORED' ORDER BY type")
    return [(row["type"], row["outcome"]) for row in rows]


def open_jobs(service: PaymentsUnderTest) -> int:
    return len(service.sql("SELECT FROM job WHERE kind = 'ApplyWebhook' AND done_at IS NULL"))


def test_one_look_serves_the_events_of_a_payment_that_are_stored(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    booking_id, deliveries = paid(service)
    watched = WatchedCards(cards)
    service.restart(watched)
    store(service, deliveries)

    service.run_jobs()

    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]
    assert watched.looks == 1
    assert open_jobs(service) == 0
    assert service.status(booking_id) == "AUTHORIZED"


def test_without_sharing_each_event_has_its_own_look(
    service: PaymentsUnderTest, cards: StripeCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(WebhookWithPayment, "applied_by_a_sync_of", lambda *_: ())
    _, deliveries = paid(service)
    watched = WatchedCards(cards)
    service.restart(watched)
    store(service, deliveries)

    service.run_jobs()

    assert watched.looks == len(APPLIED)


def apply_one(service: PaymentsUnderTest, watched: WatchedCards, first: tuple[bytes, str]) -> None:
    """Store the first event, and apply it with a look during which `watched` stores the others."""
    service.restart(watched)
    store(service, [first])
    (job_runner,) = [runner for runner in service.job_runners if runner.job.kind == "ApplyWebhook"]
    while not job_runner.run(job_runner.claim()):  # the stand-in closes an idle connection now and then
        service.sql("UPDATE job SET try_at = now()")


def test_an_event_that_is_stored_during_a_look_has_a_look_of_its_own(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    _, deliveries = paid(service)
    first = next(each for each in deliveries if APPLIED[0].encode() in each[0])
    watched = WatchedCards(cards, during=lambda: store(service, deliveries))

    apply_one(service, watched, first)

    assert outcomes(service) == [(APPLIED[0], "APPLIED"), (APPLIED[1], "STORED")]
    service.run_jobs()
    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]
    assert watched.looks == 2


def test_without_the_ids_from_before_the_look_a_later_event_would_have_no_look(
    service: PaymentsUnderTest, cards: StripeCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: whatever is stored when the look is recorded counts as applied."""

    def all_stored(self: SqlAppliedWebhooks, _: str, *, with_it: Sequence[str], payment_id: str) -> None:
        every = "UPDATE webhook SET outcome = 'APPLIED', payment_id = :id WHERE outcome = 'STORED' AND {after}"
        self._write_late(every, {"id": payment_id})

    monkeypatch.setattr(SqlAppliedWebhooks, "mark", all_stored)
    _, deliveries = paid(service)
    first = next(each for each in deliveries if APPLIED[0].encode() in each[0])
    watched = WatchedCards(cards, during=lambda: store(service, deliveries))

    apply_one(service, watched, first)
    service.run_jobs()

    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]
    assert watched.looks == 1


def test_a_process_that_dies_while_it_records_a_look_leaves_every_event_stored(
    service: PaymentsUnderTest, cards: StripeCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id, deliveries = paid(service)
    store(service, deliveries)

    def die(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as dying:
        dying.setattr(JobConversation, "finish", die)
        with pytest.raises(Crash):
            service.run_jobs()

    assert outcomes(service) == [(kind, "STORED") for kind in APPLIED]
    assert open_jobs(service) == len(APPLIED)
    assert service.status(booking_id) == "SESSION_OPEN"
    service.restart(cards)
    service.sql("UPDATE job SET try_at = now()")
    service.run_jobs()
    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_an_event_that_another_look_has_applied_meanwhile_has_no_second_look(
    service: PaymentsUnderTest, cards: StripeCards
) -> None:
    """Two workers look at the same time: the later one records nothing, and does not start again."""
    booking_id, deliveries = paid(service)
    watched = WatchedCards(cards, during=service.run_jobs)
    service.restart(watched)
    store(service, deliveries)

    service.run_jobs()

    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]
    assert watched.looks == 2
    assert open_jobs(service) == 0
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]


def test_an_event_that_was_applied_with_another_one_is_not_parked(service: PaymentsUnderTest) -> None:
    _, deliveries = paid(service)
    store(service, deliveries)
    service.run_jobs()
    (event,) = service.sql("SELECT event_id FROM webhook WHERE type = :type", type=APPLIED[0])

    with service.begin() as work:
        work.webhooks.park(event["event_id"], "too late")

    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]


def test_an_event_whose_look_shows_nothing_new_is_applied_and_its_job_ended_by_one_statement(
    service: PaymentsUnderTest,
) -> None:
    """The second event about an intent comes when the first one is applied."""
    booking_id, deliveries = paid(service)
    first, second = (next(each for each in deliveries if kind.encode() in each[0]) for kind in APPLIED)
    store(service, [first])
    service.run_jobs()
    store(service, [second])
    (runner,) = [runner for runner in service.job_runners if runner.job.kind == "ApplyWebhook"]
    leased = runner.claim()
    statements: list[str] = []
    sa.event.listen(service.unit_of_work.engine, "before_cursor_execute", lambda *event: statements.append(event[2]))

    assert runner.run(leased)

    look_up, end = (text for text in statements if "ahead_seconds" not in text)
    assert "webhook" in look_up
    assert "UPDATE webhook" in end
    assert "UPDATE job" in end
    assert outcomes(service) == [(kind, "APPLIED") for kind in APPLIED]
    assert open_jobs(service) == 0
    assert service.events(booking_id) == ["PaymentSessionOpened", "PaymentAuthorized"]
