"""The only SQL of payments."""

from services.payments.store.actions import Call, SqlActions, State, refusals
from services.payments.store.comparisons import SqlComparisons
from services.payments.store.findings import SqlFindings
from services.payments.store.ledger import SqlLedger
from services.payments.store.payments import SqlPayments
from services.payments.store.standings import SqlStandings
from services.payments.store.webhooks import Kept, Outcome, SqlWebhooks

__all__ = [
    "Call",
    "Kept",
    "Outcome",
    "SqlActions",
    "SqlComparisons",
    "SqlFindings",
    "SqlLedger",
    "SqlPayments",
    "SqlStandings",
    "SqlWebhooks",
    "State",
    "refusals",
]
