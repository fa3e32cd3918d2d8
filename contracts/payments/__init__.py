"""The messages of payments: checkout sessions, events, webhooks, reconciliation."""

from contracts.payments.checkout_sessions import *  # noqa: F403
from contracts.payments.events import *  # noqa: F403
from contracts.payments.reconciliation import *  # noqa: F403
from contracts.payments.webhooks import *  # noqa: F403
