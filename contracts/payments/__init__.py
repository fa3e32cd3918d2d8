"""What payments says: sessions, authorisations, captures, refunds."""

from contracts.payments.asks import *  # noqa: F403
from contracts.payments.events import *  # noqa: F403
from contracts.payments.notices import *  # noqa: F403
from contracts.payments.reconciliation import *  # noqa: F403
