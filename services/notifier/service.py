"""The notifier's registry: its asks, events and jobs, each with its handler."""

from chassis.service import Handler, Job, Service, converses, every, handles, on
from contracts.bookings.communications import CommunicationRequested
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.lookups import LookupRequested
from contracts.notifier.channel_authorisation import DescribeRealtime, DropUser, SignChannel, SignUser
from contracts.notifier.notice_admin import GetNotice, ListNotices, ReplayNotice
from contracts.rooms.events import AvailabilityChanged, InventoryExtended, InventoryHeld, InventoryReleased
from services.notifier.domain.jobs import (
    EndConnections,
    PushAvailability,
    PushNotice,
    SendLookup,
    SendMail,
    SendMessage,
    SendToGuest,
)
from services.notifier.domain.mails import MAILS
from services.notifier.domain.pushes import PUSHES
from services.notifier.handlers import channel_authorisation, events, mails, notice_admin, pushes, results
from services.notifier.settings import NotifierSettings
from services.notifier.store.examination import EXAMINATION
from services.notifier.work import NotifierWork, dependencies

HOUR = 3600.0

COALESCED = (InventoryHeld, InventoryExtended, InventoryReleased, AvailabilityChanged)
IN_THE_TABLES = [event for event in dict.fromkeys((*PUSHES, *MAILS)) if event not in (*COALESCED, GuestTokenRevoked)]
MAIL_JOBS: tuple[tuple[type[SendToGuest], Handler, float], ...] = (
    # payload, run, give up after
    (SendMessage, mails.send_messages, 24 * HOUR),
    (SendLookup, mails.send_lookups, HOUR),
)

SERVICE = Service(
    name="notifier",
    settings=NotifierSettings,
    work=NotifierWork,
    dependencies=dependencies,
    examination=EXAMINATION,
    asks=[
        handles(DescribeRealtime, channel_authorisation.describe_realtime),
        converses(SignChannel, channel_authorisation.sign_channel),
        converses(SignUser, channel_authorisation.sign_user),
        handles(DropUser, channel_authorisation.drop_user),
        handles(ListNotices, notice_admin.list_notices),
        handles(GetNotice, notice_admin.get_notice),
        handles(ReplayNotice, notice_admin.replay_notice),
    ],
    events=[
        *(on(event, events.enqueue_notices) for event in IN_THE_TABLES),
        *(on(event, events.enqueue_availability_push) for event in COALESCED),
        on(GuestTokenRevoked, events.end_guest_connections),
        on(CommunicationRequested, events.enqueue_message),
        on(LookupRequested, events.enqueue_lookup_mail),
    ],
    timers=[every(3600, mails.delete_old_mail_counts)],
    jobs=[
        Job(
            PushNotice,
            pushes.send_pushes,
            on_success=results.mark_push_sent,
            on_give_up=results.give_up,
            batch_size=20,
            give_up_after=6 * HOUR,
        ),
        Job(
            PushAvailability,
            pushes.send_availability_pushes,
            on_success=results.mark_push_sent,
            on_give_up=results.give_up,
            batch_size=50,
            give_up_after=HOUR,
        ),
        Job(EndConnections, channel_authorisation.end_connections, give_up_after=HOUR),
        Job(
            SendMail,
            mails.send_mails,
            on_success=results.mark_mail_sent,
            on_give_up=results.give_up,
            batch_size=25,
            give_up_after=24 * HOUR,
            concurrency=2,  # while two batches are sent, the next one gathers
        ),
        *(
            Job(payload, run, on_success=results.mark_mail_sent, on_give_up=results.give_up, give_up_after=seconds)
            for payload, run, seconds in MAIL_JOBS
        ),
    ],
)
