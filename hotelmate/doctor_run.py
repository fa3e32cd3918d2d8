"""One run of `hotelmate doctor`: judges each invariant, and judges it a second time if a breach was found."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pika.exceptions

from chassis.refusal import Refusal
from contracts.catalogue import OWNERS
from contracts.operations import Violation
from hotelmate.config import Config
from hotelmate.dead_letter_queue import open_queue
from hotelmate.errors import CommandError
from hotelmate.invariants.catalogue import CHECKS
from hotelmate.invariants.context import ExaminationContext, ParkedMessage
from hotelmate.queries import service_queries

EVERYTHING, OLDER = timedelta(0), timedelta(seconds=30)
JUDGED_AGAIN_AFTER = 2.0  # seconds in which a change that was on its way arrives
MOST_PARKED = 1_000
BROKER = ("I17",)  # cannot be judged without the broker


@dataclass(frozen=True)
class Verdict:
    """The result for one invariant: `holds`, `broken`, or `not judged` where the check took too long."""

    name: str
    says: str
    verdict: str
    violations: tuple[Violation, ...] = ()


def says(name: str) -> str:
    """The sentence that states the invariant, from its check's docstring."""
    first = (CHECKS[name].__doc__ or "").partition(": ")[2].splitlines()[0]
    return first.removesuffix(".").removesuffix(",")


def judge(context: ExaminationContext, name: str, *, pause: Callable[[float], None] = time.sleep) -> Verdict:
    """Judge one invariant. A breach counts only if two readings show it, as services are read at different times."""
    if name in BROKER and context.parked is None:
        return Verdict(name, says(name), "not judged")
    check = CHECKS[name]
    try:
        violations = tuple(check(context))
        if violations:
            pause(JUDGED_AGAIN_AFTER)
            again = {(each.subject, each.what) for each in check(context)}
            violations = tuple(each for each in violations if (each.subject, each.what) in again)
    except Refusal as refusal:
        if refusal.code != "TOO_SLOW":
            raise
        return Verdict(name, says(name), "not judged")
    return Verdict(name, says(name), "broken" if violations else "holds", violations)


@contextmanager
def examination(config: Config, *, newest: int, direct: bool) -> Iterator[ExaminationContext]:
    """The context of a run. The run also judges recent changes, unless an event or job is on its way."""
    with service_queries(config, direct=direct) as ask:
        waiting, parked = broker_state(config, optional=direct)
        context = ExaminationContext(ask=ask, older_than=OLDER, parked=parked, waiting=waiting, newest=newest)
        busy = waiting is None or any(waiting.values()) or any(context.is_busy(name) for name in OWNERS)
        yield context if busy else replace(context, older_than=EVERYTHING)


def broker_state(
    config: Config, *, optional: bool
) -> tuple[Mapping[str, int], Sequence[ParkedMessage]] | tuple[None, None]:
    """The result of `read_queues`, or `(None, None)` if the broker is down and `optional` is True."""
    try:
        return read_queues(config)
    except (pika.exceptions.AMQPError, OSError, CommandError):
        if not optional:
            raise
        return None, None


def read_queues(
    config: Config, services: Collection[str] = OWNERS
) -> tuple[Mapping[str, int], Sequence[ParkedMessage]]:
    """Returns the number of messages in the queue of each partition, and the messages in the dead-letter queues."""
    waiting, parked = dict[str, int](), []
    for service in services:
        with open_queue(config.amqp_url, service) as queue:
            waiting |= queue.inbox_sizes(config.inbox_partitions)
            for letter in queue.letters(most=MOST_PARKED):
                event = letter.envelope
                attributes = (
                    {"type": event.type, "source": event.source, "subject": event.subject} if event is not None else {}
                )
                sequence = event.sequence if event is not None else 0
                parked.append(ParkedMessage(service=service, id=letter.id, sequence=sequence, **attributes))
    return waiting, parked
