"""The notifier's doors: the facts that it tells of, the errands by which it does, and the asks of those who listen."""

from chassis.doors import Errand, Hears, Service, asked, converses, on
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


def _heard() -> list[Hears]:
    return [on(fact, COALESCED.get(fact, handlers.tell)) for fact in dict.fromkeys((*PUSHES, *MAILS))]


SERVICE = Service(
    name="notifier",
    settings=NotifierSettings,
    work=NotifierWork,
    tools=make_tools,
    asks=[
        asked(DescribeRealtime, handlers.describe_realtime),
        converses(SignChannel, handlers.sign_channel),
        converses(SignUser, handlers.sign_user),
        asked(DropUser, handlers.drop_user),
        asked(ListNotices, handlers.list_notices),
        asked(GetNotice, handlers.get_notice),
        asked(ReplayNotice, handlers.replay_notice),
    ],
    hears=[
        *_heard(),
        on(GuestTokenRevoked, handlers.guest_revoked),
        on(CommunicationRequested, handlers.request_message),
        on(LookupRequested, handlers.request_lookup),
    ],
    errands=[
        Errand(
            PushNotice,
            handlers.push,
            settle=handlers.pushed,
            gave_up=handlers.push_gave_up,
            batch=20,
            ordered=True,
            patience=6 * HOUR,
        ),
        Errand(
            PushAvailability,
            handlers.push_availability,
            settle=handlers.pushed,
            gave_up=handlers.push_gave_up,
            batch=50,
            ordered=True,
            patience=HOUR,
        ),
        Errand(EndConnections, handlers.end_connections, patience=HOUR),
        Errand(
            SendMail,
            handlers.send_mail,
            settle=handlers.mailed,
            gave_up=handlers.mail_gave_up,
            patience=24 * HOUR,
        ),
        Errand(
            SendMessage,
            handlers.send_message,
            settle=handlers.mailed,
            gave_up=handlers.mail_gave_up,
            patience=24 * HOUR,
        ),
        Errand(
            SendLookup,
            handlers.send_lookup,
            settle=handlers.mailed,
            gave_up=handlers.mail_gave_up,
            patience=HOUR,
        ),
    ],
)
