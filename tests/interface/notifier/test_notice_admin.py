"""An operator replays given-up notices; no push is sent behind a later one about the same subject."""

from typing import Any
from uuid import uuid4

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.communications import GetMailFacts
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import RoomAssigned
from contracts.message import Envelope
from contracts.notifier.notice_admin import GetNotice, ListNotices, NoticeDetail, ReplayNotice
from contracts.values import Caller
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.store.notices import SqlNotices
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, envelope_of, mail_facts, sample

OPERATOR = Caller(kind="system")
CHANNEL = f"private-booking-{BOOKING}"


def assigned(sequence: int) -> Envelope:
    return envelope_of(sample(RoomAssigned), sequence=sequence)


def given_up(notifier: Notifier) -> list[NoticeDetail]:
    notices: list[NoticeDetail] = list(notifier.answer(ListNotices(), OPERATOR).notices)
    return notices


def replay(notifier: Notifier, notice: NoticeDetail) -> Any:
    return notifier.answer(ReplayNotice(notice_id=notice.notice_id), OPERATOR)


def sequences(pusher: PusherStandIn) -> list[int]:
    return [event["data"]["sequence"] for event in pusher.events(channel=CHANNEL, event="room_assigned")]


@pytest.fixture
def refused_push(notifier: Notifier, pusher: PusherStandIn) -> NoticeDetail:
    """The push about event 1 of a booking, given up."""
    notifier.deliver(assigned(1))
    pusher.fault("fail_before", status=400)
    notifier.run("PushNotice")
    (notice,) = given_up(notifier)
    return notice


def test_a_given_up_push_is_listed_and_is_sent_when_replayed(
    notifier: Notifier, pusher: PusherStandIn, refused_push: NoticeDetail
) -> None:
    assert (refused_push.medium, refused_push.reason, refused_push.about) == ("push", "PUSH_400", BOOKING)
    assert notifier.answer(GetNotice(notice_id=refused_push.notice_id), OPERATOR) == refused_push

    assert replay(notifier, refused_push).status == "PENDING"
    assert replay(notifier, refused_push).status == "PENDING"
    notifier.run("PushNotice")

    assert sequences(pusher) == [1]
    assert given_up(notifier) == []
    kinds = [row[0] for row in notifier.sql("SELECT type FROM outbox ORDER BY position")]
    assert kinds == ["notifier.NoticeGaveUp.v1", "notifier.NoticeReplayed.v1"]


def test_a_replayed_push_is_sent_before_pending_later_pushes(
    notifier: Notifier, pusher: PusherStandIn, refused_push: NoticeDetail
) -> None:
    notifier.deliver(assigned(2), assigned(3))

    replay(notifier, refused_push)
    notifier.run("PushNotice")

    assert sequences(pusher) == [1, 2, 3]


@pytest.mark.parametrize("answer_lost", [False, True])
def test_a_push_is_not_replayed_behind_a_later_push(
    notifier: Notifier, pusher: PusherStandIn, refused_push: NoticeDetail, answer_lost: bool
) -> None:
    notifier.deliver(assigned(2))
    if answer_lost:
        pusher.fault("fail_after", status=500)
    notifier.run("PushNotice")

    with pytest.raises(Refusal, match="OVERTAKEN"):
        replay(notifier, refused_push)

    notifier.make_jobs_due()
    notifier.run("PushNotice")
    assert set(sequences(pusher)) == {2}


def test_without_the_check_for_later_pushes_the_older_would_follow_the_newer(
    notifier: Notifier, pusher: PusherStandIn, refused_push: NoticeDetail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlNotices, "overtaken", lambda *_: False)
    notifier.deliver(assigned(2))
    notifier.run("PushNotice")

    replay(notifier, refused_push)
    notifier.run("PushNotice")

    assert sequences(pusher) == [2, 1]


def test_a_given_up_mail_is_replayed_under_its_own_id_at_any_time(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.answers[GetMailFacts] = lambda _: mail_facts()
    changed = {"status": BookingStatus.CONFIRMED, "previous_status": BookingStatus.PENDING_APPROVAL}
    notifier.deliver(envelope_of(sample(BookingConfirmed, **changed)), assigned(2))
    notifier.run("PushNotice")
    mailbox.fault("reject")
    notifier.run("SendMail")
    (notice,) = given_up(notifier)

    replay(notifier, notice)
    notifier.run("SendMail")

    (mail,) = mailbox.messages()
    assert mail["subject"] == f"Booking Confirmed - {BOOKING}"
    kinds = [row[0] for row in notifier.sql("SELECT type FROM outbox ORDER BY position")]
    assert kinds == ["notifier.NoticeGaveUp.v1", "notifier.NoticeReplayed.v1", "notifier.NoticeSent.v1"]
    assert notifier.sql("SELECT array_agg(sequence ORDER BY sequence) FROM outbox") == [([1, 2, 3],)]


def test_a_replayed_notice_may_be_given_up_again(
    notifier: Notifier, pusher: PusherStandIn, refused_push: NoticeDetail
) -> None:
    replay(notifier, refused_push)
    pusher.fault("fail_before", status=403)
    notifier.run("PushNotice")

    (again,) = given_up(notifier)
    assert (again.notice_id, again.reason) == (refused_push.notice_id, "PUSH_403")


def test_a_notice_that_was_sent_or_does_not_exist_is_not_replayed(notifier: Notifier) -> None:
    notifier.deliver(assigned(1))
    notifier.run("PushNotice")
    ((sent,),) = notifier.sql("SELECT id::text FROM notice")

    for notice_id, code in ((sent, "NOT_GIVEN_UP"), (str(uuid4()), "NOT_FOUND"), ("nonsense", "NOT_FOUND")):
        with pytest.raises(Refusal, match=code):
            notifier.answer(ReplayNotice(notice_id=notice_id), OPERATOR)


def test_notices_are_listed_in_pages(notifier: Notifier) -> None:
    notifier.deliver(*(assigned(number) for number in range(1, 6)))
    after, numbers = None, []
    while True:
        page = notifier.answer(ListNotices(statuses=("PENDING",), after=after, limit=2), OPERATOR)
        numbers += [notice.sequence for notice in page.notices]
        if not (after := page.next):
            break

    assert numbers == [1, 2, 3, 4, 5]
