"""Maps an event to its push and its mail, as the tables in `pushes` and `mails` say."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any
from uuid import UUID, uuid5

from contracts.bookings.events import MailedEvent
from contracts.message import Envelope, Event
from contracts.values import Money
from services.notifier.channels import STAFF_ONLY, Channel, ChannelKind
from services.notifier.domain.jobs import PushGroup, PushNotice, SendMail
from services.notifier.domain.mails import MAILS
from services.notifier.domain.payloads import acting_staff, feed_of, for_legacy, payload
from services.notifier.domain.pushes import PUSHES
from services.notifier.domain.realtime_events import STATUS_CHANGED, RealtimeEvent

# The fields of an event that name a room.
_ROOMS = ("room_number", "previous_room_number", "freed_room_number")


class PushAudience(IntEnum):
    """Who may subscribe to a channel; each audience gets a payload of its own, old clients the last one."""

    STAFF = 1
    OTHERS = 2
    OLD_CLIENTS = 3


def push_for(event: Event, envelope: Envelope, *, legacy: bool) -> PushNotice | None:
    """The push of the event, or None for an event without a push. `legacy` adds the channels of old clients."""
    rule = PUSHES.get(type(event))
    if rule is None:
        return None
    realtime_events = [each for each in rule.realtime_events if _is_due(event, rule.only_if.get(each.name))]
    if _changes_status(event):
        realtime_events.append(STATUS_CHANGED)
    if not realtime_events:
        return None
    plain = payload(event, envelope, rule)
    staff_id = acting_staff(event, rule)
    groups = tuple(_groups(realtime_events, event, plain, staff_id, legacy=legacy))
    occasion = realtime_events[0].name
    return PushNotice(
        notice_id=notice_id(envelope, "push", occasion),
        hotel=envelope.hotel,
        booking_id=getattr(event, "booking_id", ""),
        occasion=occasion,
        subject=feed_of(envelope),
        sequence=envelope.sequence,
        groups=groups,
    )


def mail_for(event: Event, envelope: Envelope) -> SendMail | None:
    """The mail to the guest about the event; None for an event without a mail, and for a guest without an address."""
    rule = MAILS.get(type(event))
    if rule is None or not isinstance(event, MailedEvent) or not event.guest_has_email or not rule.when(event):
        return None
    values: dict[str, Money | None] = {name: getattr(event, name) for name in rule.amounts}
    return SendMail(
        notice_id=notice_id(envelope, "mail", rule.occasion),
        booking_id=envelope.subject,
        hotel=envelope.hotel,
        occasion=rule.occasion,
        event_id=envelope.id,
        amounts={name: amount for name, amount in values.items() if amount is not None},
        days={name: getattr(event, name) for name in rule.days},
        texts={name: str(getattr(event, name)) for name in rule.texts},
    )


def notice_id(envelope: Envelope, medium: str, occasion: str) -> str:
    """The id of a notice, derived from the event's id, so that every delivery of the event has the same notice."""
    return str(uuid5(UUID(envelope.id), f"{medium}/{occasion}"))


def _groups(
    realtime_events: Iterable[RealtimeEvent], event: Event, plain: dict[str, Any], staff_id: str, *, legacy: bool
) -> Iterator[PushGroup]:
    """As few groups as possible: the channels of one audience that carry the same names share one payload."""
    names: dict[tuple[PushAudience, str], tuple[str, ...]] = {}  # by audience and channel
    for each in realtime_events:
        for audience, channel in _addressed(each, event, legacy=legacy):
            names[audience, channel] = (*names.get((audience, channel), ()), *each.names)
    channels: dict[tuple[PushAudience, tuple[str, ...]], list[str]] = {}  # by audience and names
    for (audience, channel), carried in names.items():
        channels.setdefault((audience, carried), []).append(channel)
    for (audience, carried), sharing in sorted(channels.items(), key=lambda item: item[0][0]):
        yield PushGroup(
            names=carried,
            channels=tuple(sharing),
            data=for_legacy(plain) if audience is PushAudience.OLD_CLIENTS else plain,
            staff_id=staff_id if audience is PushAudience.STAFF else "",
        )


def _addressed(realtime_event: RealtimeEvent, event: Event, *, legacy: bool) -> Iterator[tuple[PushAudience, str]]:
    for kind in realtime_event.channels:
        for channel in _channels(kind, event):
            yield (PushAudience.STAFF if kind in STAFF_ONLY else PushAudience.OTHERS), channel.name
            for name in channel.legacy_names if legacy else ():
                yield PushAudience.OLD_CLIENTS, name


def _channels(kind: ChannelKind, event: Any) -> list[Channel]:
    if kind is ChannelKind.BOOKING:
        return [Channel(kind=kind, booking_id=event.booking_id)]
    if kind is ChannelKind.ROOM:
        rooms = dict.fromkeys(getattr(event, name, None) for name in _ROOMS)
        return [Channel(kind=kind, hotel=event.hotel, room_number=number) for number in rooms if number]
    return [Channel(kind=kind, hotel=event.hotel)]


def _is_due(event: Any, condition: str | None) -> bool:
    return condition is None or getattr(event, condition) is not None


def _changes_status(event: Any) -> bool:
    status = getattr(event, "status", None)
    return status is not None and status != event.previous_status
