"""Unrequested money that came while payments was down is found after an outage of any length, and given back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Unavailable
from contracts.payments.reconciliation import ReconciliationPart
from services.payments.cards import ProviderPage
from services.payments.domain.jobs import ReturnUnrequestedMoney
from services.payments.handlers.reconciliation import return_unrequested_money
from services.payments.steps.reconciliation import search
from services.payments.stripe_gateway import lists
from tests.interface.payments.drift import conversation, stop_webhooks
from tests.interface.payments.failing_cards import Crash
from tests.interface.payments.payments_under_test import PaymentsUnderTest
from tests.interface.payments.test_unrequested_money import journal_of, returned, second_payment

METHODS = ["manual", "automatic"]
OUTAGE = timedelta(days=5)
OVER = "UPDATE provider_search SET complete_until = now() + :days * interval '1 day'"


class CountedLists:
    """Cards that note each page that is read of the provider's payments; page `fail_at` fails with `problem`."""

    def __init__(self, service: PaymentsUnderTest, *, fail_at: int = 0, problem: BaseException | None = None) -> None:
        self._cards = service.cards
        self._fail_at, self._problem = fail_at, problem
        self.pages: list[tuple[datetime | None, str | None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cards, name)

    def list_objects(self, part: ReconciliationPart, *, since: datetime | None, after: str | None) -> ProviderPage:
        if self._problem and len(self.pages) == self._fail_at:
            raise self._problem
        self.pages.append((since, after))
        return self._cards.list_objects(part, since=since, after=after)


def find_money(service: PaymentsUnderTest) -> None:
    return_unrequested_money([ReturnUnrequestedMoney(run="test")], conversation(service))


def days_pass(service: PaymentsUnderTest, patch: pytest.MonkeyPatch, time: timedelta) -> None:
    """At the provider and for payments, which is down meanwhile."""
    service.stripe.advance(int(time.total_seconds()))
    patch.setattr(search, "wall_time", lambda: datetime.now(UTC) + time)


def stored(service: PaymentsUnderTest) -> dict[str, Any]:
    (row,) = service.sql("SELECT * FROM provider_search")
    return row


@pytest.mark.parametrize("method", METHODS)
def test_money_of_an_outage_of_days_is_returned(
    service: PaymentsUnderTest, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = service.captured()
    find_money(service)
    stop_webhooks(service)
    intent_id = second_payment(service, booking_id, method)

    days_pass(service, monkeypatch, OUTAGE)
    find_money(service)

    assert journal_of(service, intent_id) == returned(method)
    assert service.events(booking_id)[-1] == "PaymentMismatched"


def test_a_search_from_now_on_would_not_find_the_money_of_a_long_outage(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: as if the last search had been complete just now."""
    booking_id = service.captured()
    find_money(service)
    stop_webhooks(service)
    intent_id = second_payment(service, booking_id, "automatic")

    days_pass(service, monkeypatch, OUTAGE)
    service.sql(OVER, days=OUTAGE.days)
    find_money(service)

    assert journal_of(service, intent_id) == ["authorise", "capture"]


def test_the_first_search_looks_back_as_long_as_an_authorisation_lasts(service: PaymentsUnderTest) -> None:
    cards = CountedLists(service)
    service.restart(cards)
    began = datetime.now(UTC)

    find_money(service)

    [(since, _)] = cards.pages
    assert since
    assert abs(since - (began - search.FIRST_LOOK_BACK)) < timedelta(minutes=1)
    row = stored(service)
    assert row["complete_until"] >= began
    assert (row["began_at"], row["since"], row["after"]) == (None, None, None)


def test_each_search_begins_before_the_last_one_began(service: PaymentsUnderTest) -> None:
    cards = CountedLists(service)
    service.restart(cards)
    find_money(service)
    complete_until = stored(service)["complete_until"]

    find_money(service)

    assert cards.pages[1] == (complete_until - search.LOOK_BACK, None)


@pytest.mark.parametrize("problem", [Crash(), Unavailable("the provider does not answer")])
def test_a_search_that_was_interrupted_goes_on_at_its_page(
    service: PaymentsUnderTest, problem: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = service.captured()
    stop_webhooks(service)
    intents = [second_payment(service, booking_id, method) for method in METHODS]
    monkeypatch.setattr(lists, "PAGE_SIZE", 1)
    failing = CountedLists(service, fail_at=1, problem=problem)
    service.restart(failing)
    with pytest.raises(type(problem)):
        find_money(service)
    assert [after for _, after in failing.pages] == [None]

    cards = CountedLists(service)
    service.restart(cards)
    find_money(service)

    assert [after for _, after in cards.pages] == [*reversed(intents)]  # newest first
    assert {since for since, _ in cards.pages} == {failing.pages[0][0]}
    assert [journal_of(service, intent_id) for intent_id in intents] == [returned(method) for method in METHODS]
    assert stored(service)["complete_until"]


def test_a_page_that_another_process_has_turned_ends_the_search(
    service: PaymentsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = service.captured()
    stop_webhooks(service)
    intent_id = second_payment(service, booking_id, "manual")
    monkeypatch.setattr(lists, "PAGE_SIZE", 1)
    pages = search.payments_to_search(conversation(service))
    next(pages)

    find_money(service)

    assert list(pages) == []
    assert journal_of(service, intent_id) == returned("manual")
    assert stored(service)["began_at"] is None
