"""Invariants I5, I6, I11, I16, I17: events, webhook events and notices are processed once, and nothing is parked."""

from collections.abc import Iterator, Mapping, Sequence

from chassis import codec
from contracts.catalogue import SUBSCRIPTIONS
from contracts.message import Envelope
from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext, Row, chunks

ENVELOPES_PER_ASK = 500


def events_are_published(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I5: every change's event was confirmed by the broker."""
    return context.violations("I5", *context.services)


def events_are_applied_once(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I6: every subscriber applied each event exactly once, in order, or parked it.

    Once a subscriber has applied an event of a type, the subscriber must apply all later events of that type.
    """
    for owner in context.services:
        events = list(context.rows(owner, "published_events"))
        for subscriber, owners in SUBSCRIPTIONS.items():
            if owner in owners and subscriber in context.services:
                positions = _positions(context, owner, subscriber, events)
                yield from _behind(context, owner, subscriber, positions, events)
                yield from _ahead(context, owner, subscriber, positions)
                yield from _skipped(context, subscriber, positions, events)


def nothing_is_parked(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I17: no dead letter and no parked webhook event exists, and no call to Stripe was given up."""
    for message in context.parked or ():
        what = f"{message.type or 'a message that is no event'} is parked for {message.service}"
        yield Violation(invariant="I17", subject=message.id, what=what)
    yield from context.violations("I17", "payments")


def _positions(context: ExaminationContext, owner: str, subscriber: str, events: Sequence[Row]) -> Mapping[str, int]:
    """The sequence of the last event that the subscriber applied, keyed by subject."""
    rows = context.rows(subscriber, "inbox_positions", keys={event["subject"] for event in events})
    return {row["subject"]: row["last"] for row in rows if row["source"] == owner}


def _behind(
    context: ExaminationContext, owner: str, subscriber: str, positions: Mapping[str, int], events: Sequence[Row]
) -> Iterator[Violation]:
    parked = {
        message.subject for message in context.parked or () if (message.service, message.source) == (subscriber, owner)
    }
    highest: dict[str, int] = {}
    for event in events:
        highest[event["subject"]] = max(event["sequence"], highest.get(event["subject"], 0))
    for subject, last in sorted(highest.items()):
        if positions.get(subject, 0) < last and subject not in parked:
            what = f"{owner} has published number {last}, {subscriber} is at {positions.get(subject, 0)}"
            yield Violation(invariant="I6", subject=subject, what=what)


def _ahead(
    context: ExaminationContext, owner: str, subscriber: str, positions: Mapping[str, int]
) -> Iterator[Violation]:
    for row in context.rows(owner, "last_sequences", keys=positions):
        subject, last = row["key"], row["last"]
        if positions[subject] > last:
            what = f"{subscriber} is at {positions[subject]}, {owner} has only recorded number {last}"
            yield Violation(invariant="I6", subject=subject, what=what)


def _skipped(
    context: ExaminationContext, subscriber: str, positions: Mapping[str, int], events: Sequence[Row]
) -> Iterator[Violation]:
    passed = [event for event in events if event["sequence"] <= positions.get(event["subject"], 0)]
    rows = context.rows(subscriber, "inbox_events", keys=[event["id"] for event in passed])
    applied = {row["key"] for row in rows}
    first: dict[str, int] = {}
    for event in passed:
        if event["id"] in applied:
            first[event["type"]] = min(event["position"], first.get(event["type"], event["position"]))
    for event in passed:
        if event["id"] not in applied and event["position"] > first.get(event["type"], event["position"]):
            what = f"{subscriber} has passed number {event['sequence']} without applying {event['type']} {event['id']}"
            yield Violation(invariant="I6", subject=event["subject"], what=what)


def webhook_events_are_handled(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I11: every webhook event that was answered is applied, ignored on purpose, or parked.

    If the list of answered events is available, an answered event that is not stored is a breach as well.
    """
    yield from context.violations("I11", "payments")
    if context.acknowledged:
        stored = {row["key"] for row in context.rows("payments", "webhook_events", keys=context.acknowledged)}
        for event_id in sorted(set(context.acknowledged) - stored):
            yield Violation(invariant="I11", subject=event_id, what="answered and not stored")


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
            yield from context.examine("notifier", "I16", [_envelope(owner, row) for row in some])


def _envelope(owner: str, row: Row) -> Envelope:
    attributes = {name: value for name, value in row.items() if name != "key"}
    return codec.typed(attributes | {"source": owner, "dataschema": ""}, Envelope)
