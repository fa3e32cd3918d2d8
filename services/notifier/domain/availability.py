"""Availability is told at most once a second and hotel: all changes of a second become one push at its end."""

from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5

from contracts.message import Envelope
from contracts.rooms import InventoryHeld
from services.notifier.channels import Channel, Kind
from services.notifier.domain.owed import Group, PushAvailability, PushNotice
from services.notifier.notices import PUSHES

(_SHOWN,) = PUSHES[InventoryHeld].shown


def availability_due(envelope: Envelope, *, now: datetime) -> tuple[PushAvailability, datetime]:
    """The push that tells of this change, and when it is due (domain time): at the end of the second it fell in."""
    second = int(now.timestamp()) + 1
    push = PushAvailability(
        notice_id=str(uuid5(NAMESPACE_OID, f"{_subject(envelope.hotel)}/{second}")),
        hotel=envelope.hotel,
        event_id=envelope.id,
        second=second,
        changed_at=now,
    )
    return push, datetime.fromtimestamp(second, UTC)


def availability_notice(due: PushAvailability) -> PushNotice:
    """The push as it goes out. Its sequence only grows: it is the second, and says nothing of any booking."""
    data = {
        "event_id": due.event_id,
        "sequence": due.second,
        "subject": _subject(due.hotel),
        "hotel": due.hotel,
        "timestamp": due.changed_at,
    }
    channel = Channel(kind=Kind.PUBLIC, hotel=due.hotel)
    return PushNotice(
        notice_id=due.notice_id,
        hotel=due.hotel,
        booking_id="",
        occasion=_SHOWN.name,
        subject=_subject(due.hotel),
        sequence=due.second,
        groups=(Group(names=_SHOWN.names, channels=(channel.name,), data=data),),
    )


def _subject(hotel: str) -> str:
    return f"availability/{hotel}"
