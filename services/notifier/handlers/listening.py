"""Clients ask how to listen, and to be let in."""

from collections.abc import Sequence

from chassis.refusal import Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings import AuthenticateGuest, GetBooking, GuestTokenRevoked
from contracts.message import Nothing
from contracts.notifier import ChannelSignature, DescribeRealtime, DropUser, Realtime, SignChannel, SignUser
from services.notifier import domain
from services.notifier.channels import GRAMMAR, Kind
from services.notifier.domain import EndConnections
from services.notifier.domain.listening import check_proof, forbidden
from services.notifier.handlers.outcomes import SENT, Outcome
from services.notifier.notices import names_on
from services.notifier.work import NotifierWork


def describe_realtime(_: DescribeRealtime, work: NotifierWork) -> Realtime:
    """How clients connect, and the names by which they bind. Channels are templates with `{…}` left to fill in."""
    told = work.dependencies.settings
    secure = told.pusher_ssl if told.pusher_public_ssl is None else told.pusher_public_ssl
    return Realtime(
        key=told.pusher_key,
        host=told.pusher_public_host or told.pusher_host,
        port=told.pusher_public_port or told.pusher_port or (443 if secure else 80),
        secure=secure,
        cluster=told.pusher_cluster,
        booking_channel=GRAMMAR[Kind.BOOKING],
        staff_channels=(GRAMMAR[Kind.HOTEL], GRAMMAR[Kind.STAFF]),
        public_channel=GRAMMAR[Kind.PUBLIC],
        booking_events=names_on(Kind.BOOKING),
        staff_events=names_on(Kind.HOTEL, Kind.STAFF),
        room_channel=GRAMMAR[Kind.ROOM],
        public_events=names_on(Kind.PUBLIC),
    )


def sign_channel(ask: SignChannel, conversation: Conversation[NotifierWork]) -> ChannelSignature:
    """Let the caller into a channel of their own."""
    caller = conversation.context.caller
    channel = domain.check_channel(caller, socket_id=ask.socket_id, channel_name=ask.channel_name)
    if channel.kind is Kind.BOOKING and not _is_theirs(channel.booking_id, conversation):
        raise forbidden()
    return ChannelSignature(
        auth=conversation.dependencies.push.sign_channel(socket_id=ask.socket_id, channel_name=channel.name)
    )


def sign_user(ask: SignUser, conversation: Conversation[NotifierWork]) -> ChannelSignature:
    """Let the caller sign in at the push provider, by an id that names nobody."""
    caller = conversation.context.caller
    check_proof(caller, socket_id=ask.socket_id)
    booking_id = (
        conversation.ask(AuthenticateGuest(booking_id=ask.booking_id)).booking_id if caller.kind == "guest" else None
    )
    user_id = domain.user_of(caller, booking_id=booking_id)
    auth, user_data = conversation.dependencies.push.sign_user(socket_id=ask.socket_id, user_id=user_id)
    return ChannelSignature(auth=auth, user_data=user_data)


def drop_user(ask: DropUser, work: NotifierWork) -> Nothing:
    """Owe the end of a user's connections; asked by those who revoke tokens."""
    if ask.staff_id or ask.booking_id:
        user_id = domain.user_id(staff_id=ask.staff_id, booking_id=ask.booking_id)
        work.enqueue(EndConnections(user_id=user_id), key=f"end/{user_id}/{work.now.isoformat()}")
    return Nothing()


def guest_revoked(fact: GuestTokenRevoked, work: NotifierWork) -> None:
    """Owe the end of the guest's connections: whoever holds the old token hears nothing more."""
    user_id = domain.user_id(staff_id=None, booking_id=fact.booking_id)
    work.enqueue(EndConnections(user_id=user_id), key=f"end/{user_id}/{fact.generation}")


def end_connections(owed: Sequence[EndConnections], conversation: Conversation[NotifierWork]) -> list[Outcome]:
    """Close them; what the provider refuses is given up, as there is nobody to tell."""
    for each in owed:
        conversation.dependencies.push.end_connections(each.user_id)
    return [SENT] * len(owed)


def _is_theirs(booking_id: str, conversation: Conversation[NotifierWork]) -> bool:
    """Whether the booking is the guest's own, or their hotel's. A refusal says no, whatever its reason."""
    caller = conversation.context.caller
    try:
        if caller.kind == "guest":
            return conversation.ask(AuthenticateGuest(booking_id=booking_id)).booking_id == booking_id
        return conversation.ask(GetBooking(hotel=caller.hotel or "", booking_id=booking_id)).hotel == caller.hotel
    except Refusal:
        return False
