"""Handlers of realtime asks: describe the channels, sign subscriptions, end connections."""

from collections.abc import Sequence

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings.guest_access import AuthenticateGuest, GuestAccess
from contracts.bookings.queries import GetBooking
from contracts.message import Nothing
from contracts.notifier.channel_authorisation import (
    ChannelSignature,
    DescribeRealtime,
    DropUser,
    Realtime,
    SignChannel,
    SignUser,
)
from services.notifier.channels import GRAMMAR, ChannelKind
from services.notifier.domain.channel_authorisation import check_channel, check_credentials, forbidden, user_id, user_of
from services.notifier.domain.jobs import EndConnections
from services.notifier.domain.pushes import event_names_on
from services.notifier.domain.send_result import SENT, SendResult
from services.notifier.work import NotifierWork


def describe_realtime(_: DescribeRealtime, work: NotifierWork) -> Realtime:
    """The push provider's address, the channel templates with their placeholders, and the event names."""
    settings = work.dependencies.settings
    secure = settings.pusher_ssl if settings.pusher_public_ssl is None else settings.pusher_public_ssl
    return Realtime(
        key=settings.pusher_key,
        host=settings.pusher_public_host or settings.pusher_host,
        port=settings.pusher_public_port or settings.pusher_port or (443 if secure else 80),
        secure=secure,
        cluster=settings.pusher_cluster,
        booking_channel=GRAMMAR[ChannelKind.BOOKING],
        staff_channels=(GRAMMAR[ChannelKind.HOTEL], GRAMMAR[ChannelKind.STAFF]),
        public_channel=GRAMMAR[ChannelKind.PUBLIC],
        booking_events=event_names_on(ChannelKind.BOOKING),
        staff_events=event_names_on(ChannelKind.HOTEL, ChannelKind.STAFF),
        room_channel=GRAMMAR[ChannelKind.ROOM],
        public_events=event_names_on(ChannelKind.PUBLIC),
    )


def sign_channel(ask: SignChannel, conversation: Conversation[NotifierWork]) -> ChannelSignature:
    """Sign the caller's subscription. Raises the refusals of `_authenticated`, `check_channel`."""
    caller = conversation.context.caller
    guest = _authenticated(ask.hotel, conversation) if caller.kind == "guest" else None
    channel = check_channel(caller, socket_id=ask.socket_id, channel_name=ask.channel_name)
    if channel.kind is ChannelKind.BOOKING and not _is_own(channel.booking_id, guest, conversation):
        raise forbidden()
    return ChannelSignature(
        auth=conversation.dependencies.push.sign_channel(socket_id=ask.socket_id, channel_name=channel.name)
    )


def sign_user(ask: SignUser, conversation: Conversation[NotifierWork]) -> ChannelSignature:
    """Sign the caller in at the push provider, under a user id that contains no name."""
    caller = conversation.context.caller
    check_credentials(caller, socket_id=ask.socket_id)
    booking_id = (
        conversation.ask(AuthenticateGuest(booking_id=ask.booking_id)).booking_id if caller.kind == "guest" else None
    )
    user = user_of(caller, booking_id=booking_id)
    auth, user_data = conversation.dependencies.push.sign_user(socket_id=ask.socket_id, user_id=user)
    return ChannelSignature(auth=auth, user_data=user_data)


def drop_user(ask: DropUser, work: NotifierWork) -> Nothing:
    """Enqueue the job that ends a user's realtime connections, after the user's token was revoked."""
    if ask.staff_id or ask.booking_id:
        user = user_id(staff_id=ask.staff_id, booking_id=ask.booking_id)
        work.enqueue(EndConnections(user_id=user), key=f"end/{user}/{work.now.isoformat()}")
    return Nothing()


def end_connections(jobs: Sequence[EndConnections], conversation: Conversation[NotifierWork]) -> list[SendResult]:
    """End the connections of these users. If the provider refuses, the job is given up without an event."""
    for job in jobs:
        conversation.dependencies.push.end_connections(job.user_id)
    return [SENT] * len(jobs)


def _authenticated(hotel: str | None, conversation: Conversation[NotifierWork]) -> GuestAccess:
    """The booking of the guest's token. Refused `INVALID_TOKEN`, `BOOKING_NOT_FOUND` for a booking of another hotel."""
    guest = conversation.ask(AuthenticateGuest())
    if hotel not in (None, guest.hotel):
        raise Refusal("BOOKING_NOT_FOUND", "Booking not found")
    return guest


def _is_own(booking_id: str, guest: GuestAccess | None, conversation: Conversation[NotifierWork]) -> bool:
    """Whether the booking is the guest's own, or a booking of the member of staff's hotel."""
    if guest:
        return guest.booking_id == booking_id
    hotel = conversation.context.caller.hotel or ""
    try:
        return conversation.ask(GetBooking(hotel=hotel, booking_id=booking_id)).hotel == hotel
    except Refusal as refusal:
        if refusal.code == "BOOKING_NOT_FOUND":
            return False
        raise
