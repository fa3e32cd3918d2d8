"""Maps an event to its push and its mail, as the tables in `pushes` and `mails` say."""

from collections.abc import Iterator
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
    groups = [group for each in realtime_events for group in _groups(each, event, plain, staff_id, legacy=legacy)]
    occasion = realtime_events[0].name
    return PushNotice(
        notice_id=notice_id(envelope, "push", occasion),
        hotel=envelope.hotel,
        booking_id=getattr(event, "booking_id", ""),
        occasion=occasion,
        subject=feed_of(envelope),
        sequence=envelope.sequence,
        groups=tuple(groups),
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
    )


def notice_id(envelope: Envelope, medium: str, occasion: str) -> str:
    """The id of a notice, derived from the event's id, so that every delivery of the event has the same notice."""
    return str(uuid5(UUID(envelope.id), f"{medium}/{occasion}"))


def _groups(
    realtime_event: RealtimeEvent, event: Event, plain: dict[str, Any], staff_id: str, *, legacy: bool
) -> Iterator[PushGroup]:
    channels = [(kind, channel) for kind in realtime_event.channels for channel in _channels(kind, event)]
    to_staff = tuple(channel.name for kind, channel in channels if kind in STAFF_ONLY)
    to_others = tuple(channel.name for kind, channel in channels if kind not in STAFF_ONLY)
    to_old = tuple(name for _, channel in channels for name in channel.legacy_names) if legacy else ()
    for names, data, acting in ((to_staff, plain, staff_id), (to_others, plain, ""), (to_old, for_legacy(plain), "")):
        if names:
            yield PushGroup(names=realtime_event.names, channels=names, data=data, staff_id=acting)


def _channels(kind: ChannelKind, event: Any) -> list[Channel]:
    if kind is ChannelKind.BOOKING:
        return [Channel(kind=kind, booking_id=event.booking_id)]
    if kind is ChannelKind.ROOM:
        rooms = dict.fromkeys((event.room_number, getattr(event, "previous_room_number", None)))
        return [Channel(kind=kind, hotel=event.hotel, room_number=number) for number in rooms if number]
    return [Channel(kind=kind, hotel=event.hotel)]


def _is_due(event: Any, condition: str | None) -> bool:
    return condition is None or getattr(event, condition) is not None


def _changes_status(event: Any) -> bool:
    status = getattr(event, "status", None)
    return status is not None and status != event.previous_status
