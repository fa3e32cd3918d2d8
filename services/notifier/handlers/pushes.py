"""Handlers of the push jobs.

The pushes about a subject are sent in the order of its events. A push that fails temporarily holds back the later
pushes about its subject.
"""

import time
from collections.abc import Collection, Mapping, Sequence, Set
from typing import TypeVar

from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation, JobConversation
from services.notifier.domain.availability import availability_push
from services.notifier.domain.jobs import PushAvailability, PushNotice
from services.notifier.domain.send_result import SENT, SendResult
from services.notifier.work import NotifierWork

SEND_SECONDS = 5.0  # no new send starts later than this: a process that stood still may have lost its lease
PAUSE_SECONDS = 0.2
LATE_SECONDS = 2.0  # after the second of an availability push

J = TypeVar("J", PushNotice, PushAvailability)


def send_pushes(pushes: Sequence[PushNotice], conversation: JobConversation[NotifierWork]) -> list[SendResult]:
    """Send the pushes one after the other.

    A push is stored as `SENT` before the next push of its subject is sent, so that a crash cannot cause the earlier
    push to be sent again after the later one. A push that the provider refuses is given up, and later pushes are
    still sent; a temporary failure stops the later pushes of the subject.
    """
    staff_names = conversation.dependencies.staff_names.of(pushes, conversation.ask)
    until = time.monotonic() + SEND_SECONDS
    sent = _sent_elsewhere(pushes, until, conversation)
    return _send_unsent(pushes, sent, staff_names, until, conversation)


def send_availability_pushes(
    jobs: Sequence[PushAvailability], conversation: JobConversation[NotifierWork]
) -> list[SendResult]:
    """Send each hotel's newest push of these. The hotel's older pushes then count as sent.

    A push that comes late may be older than one that was sent already: that is looked up.
    """
    until = time.monotonic() + SEND_SECONDS
    newest: dict[str, PushAvailability] = {}
    for job in sorted(jobs, key=lambda job: job.second):
        newest[job.hotel] = job
    outdated = {job.notice_id for job in jobs if job is not newest[job.hotel]}
    late = [job for job in newest.values() if job.second < time.time() - LATE_SECONDS]
    sent = outdated | _sent_elsewhere(list(newest.values()), until, conversation) | _outdated(late, conversation)
    return _send_unsent([availability_push(job) for job in jobs], sent, {}, until, conversation)


def _sent_elsewhere(jobs: Sequence[J], until: float, conversation: JobConversation[NotifierWork]) -> Set[str]:
    """The ids of those notices that are stored as sent. On their first lease, none of them can be."""
    doubtful = conversation.leased_elsewhere(jobs, until=until)
    if not doubtful:
        return frozenset()
    with conversation.reading() as work:
        return work.notices.sent_among(doubtful)


def _outdated(jobs: Sequence[PushAvailability], conversation: JobConversation[NotifierWork]) -> Set[str]:
    """The ids of those notices that a notice of a later second, which has begun, has overtaken."""
    if not jobs:
        return frozenset()
    with conversation.reading() as work:
        return work.notices.outdated_among(jobs, up_to=int(work.now.timestamp()))


def _send_unsent(
    pushes: Sequence[PushNotice],
    sent: Collection[str],
    staff_names: Mapping[str, str],
    until: float,
    conversation: Conversation[NotifierWork],
) -> list[SendResult]:
    unstored: dict[str, PushNotice] = {}  # by subject
    stopped: dict[str, RetryLater] = {}  # by subject
    results: list[SendResult] = []
    for push in pushes:
        if push.notice_id in sent:
            results.append(SENT)
            continue
        if push.subject in unstored and push.subject not in stopped:
            _store_sent(unstored, conversation)
        result = stopped.get(push.subject) or _stop_at(until) or _send(push, staff_names, conversation)
        if isinstance(result, RetryLater):
            stopped[push.subject] = result
        elif result is SENT:
            unstored[push.subject] = push
        results.append(result)
    return results


def _stop_at(until: float) -> RetryLater | None:
    return RetryLater("PUSH_SLOW", seconds=PAUSE_SECONDS) if time.monotonic() > until else None


def _send(push: PushNotice, staff_names: Mapping[str, str], conversation: Conversation[NotifierWork]) -> SendResult:
    try:
        conversation.dependencies.push.send(list(push.messages(staff_names)))
    except (RetryLater, PermanentFailure) as problem:
        return problem
    return SENT


def _store_sent(unstored: dict[str, PushNotice], conversation: Conversation[NotifierWork]) -> None:
    with conversation.transaction() as work:
        work.sent_jobs.extend(unstored.values())
    unstored.clear()
