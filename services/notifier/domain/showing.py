"""From a fact to what is shown of it and what is written about it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from contracts.message import Envelope, Event
from contracts.values import Money
from services.notifier.channels import STAFF_ONLY, Channel, Kind
from services.notifier.domain.owed import Group, PushNotice, SendMail
from services.notifier.domain.payloads import feed_of, for_legacy, payload, with_staff
from services.notifier.notices import MAILS, PUSHES, STATUS_CHANGED, Shown


def push_about(event: Event, envelope: Envelope, *, legacy: bool) -> PushNotice | None:
    """What the fact shows; None where the table has nothing for it. `legacy` tells old clients too."""
    push = PUSHES.get(type(event))
    if push is None:
        return None
    shown = [each for each in push.shown if _is_due(event, push.only_if.get(each.name))]
    if _changes_status(event):
        shown.append(STATUS_CHANGED)
    if not shown:
        return None
    plain = payload(event, envelope, push)
    groups = [
        group for each in shown for group in _groups(each, event, plain, with_staff(plain, event, push), legacy=legacy)
    ]
    return PushNotice(
        notice_id=notice_id(envelope, "push", shown[0].name),
        hotel=envelope.hotel,
        booking_id=getattr(event, "booking_id", ""),
        occasion=shown[0].name,
        subject=feed_of(envelope),
        sequence=envelope.sequence,
        groups=tuple(groups),
    )


def mail_about(event: Event, envelope: Envelope) -> SendMail | None:
    """The mail that the fact is an occasion for, if any."""
    mail = MAILS.get(type(event))
    if mail is None or not mail.when(event):
        return None
    amounts: dict[str, Money] = {name: getattr(event, name) for name in mail.amounts}
    return SendMail(
        notice_id=notice_id(envelope, "mail", mail.occasion),
        booking_id=envelope.subject,
        hotel=envelope.hotel,
        occasion=mail.occasion,
        event_id=envelope.id,
        amounts=amounts,
    )


def notice_id(envelope: Envelope, medium: str, occasion: str) -> str:
    """The same for the same fact, however often it is heard."""
    return str(uuid5(UUID(envelope.id), f"{medium}/{occasion}"))


def _groups(
    shown: Shown, event: Event, plain: dict[str, Any], for_staff: dict[str, Any], *, legacy: bool
) -> Iterator[Group]:
    channels = [(kind, channel) for kind in shown.on for channel in _channels(kind, event)]
    to_staff = tuple(channel.name for kind, channel in channels if kind in STAFF_ONLY)
    to_others = tuple(channel.name for kind, channel in channels if kind not in STAFF_ONLY)
    to_old = tuple(name for _, channel in channels for name in channel.legacy_names) if legacy else ()
    for names, data in ((to_staff, for_staff), (to_others, plain), (to_old, for_legacy(plain))):
        if names:
            yield Group(names=shown.names, channels=names, data=data)


def _channels(kind: Kind, event: Any) -> list[Channel]:
    if kind is Kind.BOOKING:
        return [Channel(kind=kind, booking_id=event.booking_id)]
    if kind is Kind.ROOM:
        rooms = dict.fromkeys((event.room_number, getattr(event, "previous_room_number", None)))
        return [Channel(kind=kind, hotel=event.hotel, room_number=number) for number in rooms if number]
    return [Channel(kind=kind, hotel=event.hotel)]


def _is_due(event: Any, condition: str | None) -> bool:
    return condition is None or getattr(event, condition) is not None


def _changes_status(event: Any) -> bool:
    status = getattr(event, "status", None)
    return status is not None and status != event.previous_status
