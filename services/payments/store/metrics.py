"""What operators should see of payments: the provider's notices that wait or could not be applied."""

from collections.abc import Iterator

import sqlalchemy as sa

from contracts.operations import Metric
from services.payments.store.tables import WEBHOOK
from services.payments.store.webhooks import Outcome
from services.payments.work import PaymentsWork

_OPEN = (
    sa.select(WEBHOOK.c.outcome, sa.func.count().label("notices"))
    .where(WEBHOOK.c.outcome.in_((Outcome.STORED, Outcome.PARKED)))
    .group_by(WEBHOOK.c.outcome)
)


def metrics(work: PaymentsWork) -> Iterator[Metric]:
    """One statement."""
    found = {row.outcome: row.notices for row in work.connection.execute(_OPEN)}
    for outcome in (Outcome.STORED, Outcome.PARKED):
        yield Metric(name="webhooks_open", value=found.get(outcome, 0), label=outcome)
