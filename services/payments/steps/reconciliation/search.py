"""The search of the provider's payments: from where the last complete one began, page by page.

Its position is stored, so that money is found after an outage of any length, and a search that was interrupted goes on
where it was. It looks back a little further than to the last search, because money may come to a payment a while after
the payment was created.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import ReconciliationPart
from services.payments.cards import ProviderPage
from services.payments.domain.provider_search import ProviderSearch
from services.payments.work import PaymentsWork

LOOK_BACK = timedelta(days=1)  # longer than a guest takes to pay
FIRST_LOOK_BACK = timedelta(days=30)  # longer than any card authorisation lasts


def wall_time() -> datetime:
    """The time by the wall clock, UTC: the provider filters its lists by it."""
    return datetime.now(UTC)


def payments_to_search(conversation: Conversation[PaymentsWork]) -> Iterator[ProviderPage]:
    """The pages of the search under way, or of a new one. A page counts as handled once the next one is taken.

    Raises `Unavailable` where a page cannot be read; the search then goes on from there.
    """
    search: ProviderSearch | None
    with conversation.transaction() as work:
        search = work.provider_searches.begin(
            ReconciliationPart.INTENTS, now=wall_time(), look_back=LOOK_BACK, first_look_back=FIRST_LOOK_BACK
        )
    while search:
        page = conversation.dependencies.cards.list_objects(search.part, since=search.since, after=search.after)
        yield page
        with conversation.transaction() as work:
            search = work.provider_searches.turn_page(search, page.next)
