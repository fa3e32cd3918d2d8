"""The notifier's doors: the facts that it tells of, the errands by which it does, and the asks of those who listen."""

from chassis.service import EventHandler, Job, Service, converses, handles, on
from contracts.bookings import CommunicationRequested, GuestTokenRevoked, LookupRequested
from contracts.notifier import (
    DescribeRealtime,
    DropUser,
    GetNotice,
    ListNotices,
    ReplayNotice,
    SignChannel,
    SignUser,
)
from contracts.rooms import AvailabilityChanged, InventoryExtended, InventoryHeld, InventoryReleased
from services.notifier import handlers
from services.notifier.domain import EndConnections, PushAvailability, PushNotice, SendLookup, SendMail, SendMessage
from services.notifier.notices import MAILS, PUSHES
from services.notifier.settings import NotifierSettings
from services.notifier.work import NotifierWork, make_tools

HOUR = 3600.0

COALESCED = dict.fromkeys(
    (InventoryHeld, InventoryExtended, InventoryReleased, AvailabilityChanged), handlers.tell_availability
)


def _heard() -> list[EventHandler]:
    return [on(fact, COALESCED.get(fact, handlers.tell)) for fact in dict.fromkeys((*PUSHES, *MAILS))]


SERVICE = Service(
    name="notifier",
    settings=NotifierSettings,
    work=NotifierWork,
    dependencies=make_tools,
    asks=[
        handles(DescribeRealtime, handlers.describe_realtime),
        converses(SignChannel, handlers.sign_channel),
        converses(SignUser, handlers.sign_user),
        handles(DropUser, handlers.drop_user),
        handles(ListNotices, handlers.list_notices),
        handles(GetNotice, handlers.get_notice),
        handles(ReplayNotice, handlers.replay_notice),
    ],
    events=[
        *_heard(),
        on(GuestTokenRevoked, handlers.guest_revoked),
        on(CommunicationRequested, handlers.request_message),
        on(LookupRequested, handlers.request_lookup),
    ],
    jobs=[
        Job(
            PushNotice,
            handlers.push,
            on_success=handlers.pushed,
            on_give_up=handlers.push_gave_up,
            batch_size=20,
            ordered=True,
            give_up_after=6 * HOUR,
        ),
        Job(
            PushAvailability,
            handlers.push_availability,
            on_success=handlers.pushed,
            on_give_up=handlers.push_gave_up,
            batch_size=50,
            ordered=True,
            give_up_after=HOUR,
        ),
        Job(EndConnections, handlers.end_connections, give_up_after=HOUR),
        Job(
            SendMail,
            handlers.send_mail,
            on_success=handlers.mailed,
            on_give_up=handlers.mail_gave_up,
            give_up_after=24 * HOUR,
        ),
        Job(
            SendMessage,
            handlers.send_message,
            on_success=handlers.mailed,
            on_give_up=handlers.mail_gave_up,
            give_up_after=24 * HOUR,
        ),
        Job(
            SendLookup,
            handlers.send_lookup,
            on_success=handlers.mailed,
            on_give_up=handlers.mail_gave_up,
            give_up_after=HOUR,
        ),
    ],
)
