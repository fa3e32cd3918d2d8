"""Combines availability changes: at most one push per hotel and second, sent at the end of that second."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from contracts.message import Envelope
from services.notifier.channels import Channel, ChannelKind
from services.notifier.domain.jobs import PushAvailability, PushGroup, PushNotice, availability_subject
from services.notifier.domain.realtime_events import AVAILABILITY_CHANGED


def availability_job(envelope: Envelope, *, now: datetime) -> tuple[PushAvailability, datetime]:
    """The job for this change, and when the job is due: at the end of the second of `now` (domain time, UTC)."""
    second = int(now.timestamp()) + 1
    job = PushAvailability(
        notice_id=str(uuid5(NAMESPACE_OID, f"{availability_subject(envelope.hotel)}/{second}")),
        hotel=envelope.hotel,
        event_id=envelope.id,
        second=second,
        changed_at=now,
    )
    return job, datetime.fromtimestamp(second, UTC)


def availability_push(job: PushAvailability) -> PushNotice:
    """The push that the job sends. The push has no booking, so its `booking_id` is empty.

    The push's `sequence` is the job's Unix second, so that later pushes of a hotel have higher sequences.
    """
    data = {
        "event_id": job.event_id,
        "sequence": job.second,
        "subject": availability_subject(job.hotel),
        "hotel": job.hotel,
        "timestamp": job.changed_at,
    }
    channel = Channel(kind=ChannelKind.PUBLIC, hotel=job.hotel)
    return PushNotice(
        notice_id=job.notice_id,
        hotel=job.hotel,
        booking_id="",
        occasion=AVAILABILITY_CHANGED.name,
        subject=availability_subject(job.hotel),
        sequence=job.second,
        groups=(PushGroup(names=AVAILABILITY_CHANGED.names, channels=(channel.name,), data=data),),
    )
