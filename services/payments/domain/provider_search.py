"""A search of one of the provider's lists."""

from datetime import datetime

from contracts.data import Data
from contracts.payments.reconciliation import ReconciliationPart


class ProviderSearch(Data):
    """A search of the objects created at or after `since`, begun at `began_at`; `after` is the cursor of its page.

    Times are UTC.
    """

    part: ReconciliationPart
    began_at: datetime
    since: datetime
    after: str | None = None
