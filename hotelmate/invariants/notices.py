"""Invariant I16: each push and mail that an event causes has its notice, which is sent once or on its way."""

from collections.abc import Iterator

from chassis import codec
from contracts.message import Envelope
from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext, Row, chunks

ENVELOPES_PER_ASK = 500


def notices_are_sent(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I16: each push and mail that an event causes was sent, is on its way, or was given up with a reason.

    Only the notifier knows the events that cause a notice, so it is asked about the events of all services.
    """
    if "notifier" not in context.services:
        return
    yield from context.violations("I16", "notifier")
    for owner in context.services:
        rows = list(context.rows(owner, "published_envelopes", limit=ENVELOPES_PER_ASK))
        for some in chunks(rows, ENVELOPES_PER_ASK):
            yield from context.violations_by("I16", "notifier", [_envelope(owner, row) for row in some])


def _envelope(owner: str, row: Row) -> Envelope:
    attributes = {name: value for name, value in row.items() if name != "key"}
    return codec.typed(attributes | {"source": owner, "dataschema": ""}, Envelope)
