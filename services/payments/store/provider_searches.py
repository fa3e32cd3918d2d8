"""Searches of the provider's lists: how far the last complete one came, and the position of the one under way."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from contracts.payments.reconciliation import ReconciliationPart
from services.payments.domain.provider_search import ProviderSearch
from services.payments.store.tables import SEARCH


class SqlProviderSearches(SqlStore):
    """The table `provider_search`, one row for each list. Times are UTC, by the wall clock as the provider's are."""

    def begin(
        self, part: ReconciliationPart, *, now: datetime, look_back: timedelta, first_look_back: timedelta
    ) -> ProviderSearch:
        """The search under way, or a new one that looks back from the end of the last complete search.

        The first search of all looks back `first_look_back`.
        """
        row = self._locked(part)
        if row.began_at is not None:
            return ProviderSearch(part=part, began_at=row.began_at, since=row.since, after=row.after)
        since = row.complete_until - look_back if row.complete_until else now - first_look_back
        self._connection.execute(SEARCH.update().where(SEARCH.c.list == part).values(began_at=now, since=since))
        return ProviderSearch(part=part, began_at=now, since=since)

    def turn_page(self, search: ProviderSearch, following: str | None) -> ProviderSearch | None:
        """Store that the search's page is handled. Returns the search at its next page, None where it is over.

        It is over after its last page, and where another process has turned the page.
        """
        here = (SEARCH.c.list == search.part) & (SEARCH.c.began_at == search.began_at)
        here &= SEARCH.c.after.is_not_distinct_from(search.after)
        complete = {"complete_until": search.began_at, "began_at": None, "since": None, "after": None}
        turned = SEARCH.update().where(here).values({"after": following} if following else complete)
        is_ours = self._connection.execute(turned).rowcount > 0
        return replace(search, after=following) if is_ours and following else None

    def _locked(self, part: ReconciliationPart) -> sa.Row[Any]:
        self._connection.execute(insert(SEARCH).values(list=part).on_conflict_do_nothing())
        return self._connection.execute(sa.select(SEARCH).where(SEARCH.c.list == part).with_for_update()).one()
