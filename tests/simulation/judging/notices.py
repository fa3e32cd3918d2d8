"""I16 from the outside: every notice that counts as sent has reached the push provider or the mail server."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from chassis.transactions.job_queue import LeasedJob
from services.notifier.domain.jobs import SendMail
from tests.simulation.judging.judged_world import Breach, JudgedWorld

REPEATING_FAULTS = ("kill", "freeze", "deadline", "lock timeout", "idle transaction", "deadlock", "late result")
COALESCED = "availability_changed"  # the newest push of a second stands for all
_NOTICES = """
    SELECT id::text AS id, medium, occasion, booking_id, event_id::text AS event, subject, sequence FROM notice
    WHERE status = 'SENT' ORDER BY created_at, id
"""


def sent_notices(world: JudgedWorld) -> frozenset[str]:
    """The ids of the notices that are recorded as sent."""
    return frozenset(row["id"] for row in world.sql("notifier", _NOTICES))


def undelivered_notices(world: JudgedWorld, before: Collection[str]) -> Iterator[Breach]:
    """The notices that are recorded as sent, and did not arrive; those in `before` are not judged."""
    mails = Counter(identity_of_mail(mail) for mail in world.mailbox)
    pushes = {message.data.get("event_id") for message in world.pusher}
    for row in world.sql("notifier", _NOTICES):
        if row["id"] in before:
            continue
        if row["medium"] == "mail" and not mails[identity_of_notice(row)]:
            yield Breach("I16", f"the mail {row['occasion']} of {row['booking_id'] or row['subject']} has not arrived")
        if row["medium"] == "push" and row["occasion"] != COALESCED and row["event"] not in pushes:
            yield Breach("I16", f"the push {row['occasion']} of {row['subject']} has not arrived")


def repeated_mails(world: JudgedWorld) -> Iterator[Breach]:
    """Mails that arrived more often than once, and once more for each accident between a send and its commit."""
    accidents = sum(world.shares[name] for name in REPEATING_FAULTS)
    for identity, times in Counter(identity_of_mail(mail) for mail in world.mailbox).items():
        if times > 1 + accidents:
            yield Breach("I16", f"the mail {identity} has arrived {times} times, after {accidents} accidents")


def count_late_results(world: JudgedWorld, leased: Sequence[LeasedJob]) -> None:
    """Count the mails among these newly leased jobs that have arrived: a process was slow to store the result."""
    if again := [job.payload for job in leased if job.attempts > 1 and isinstance(job.payload, SendMail)]:
        arrived = {identity_of_mail(mail) for mail in world.mailbox}
        identities = (identity(each.booking_id, each.occasion, each.event_id) for each in again)
        world.shares["late result"] += sum(each in arrived for each in identities)


def identity_of_mail(mail: Any) -> str:
    """The identity of a mail, from its `Message-ID`."""
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]


def identity_of_notice(notice: dict[str, Any]) -> str:
    """The identity of the mail of a notice."""
    return identity(notice["booking_id"] or "", notice["occasion"], notice["event"])


def identity(booking_id: str, occasion: str, event_id: str) -> str:
    """The identity of the mail about this event."""
    return hashlib.sha256(f"{booking_id}\n{occasion}\n{event_id}".encode()).hexdigest()[:32]
