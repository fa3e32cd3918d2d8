"""What was given up is tried again when an operator says so, and nothing older follows what screens have."""

from typing import Any
from uuid import uuid4

import pytest

from chassis.refusal import Refusal
from contracts import bookings
from contracts.bookings import BookingStatus, GetMailFacts
from contracts.message import Envelope
from contracts.notifier import GetNotice, KeptNotice, ListNotices, ReplayNotice
from contracts.values import Caller
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.store import SqlNotices
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, heard, mail_facts, sample

OPERATOR = Caller(kind="system")
CHANNEL = f"private-booking-{BOOKING}"


def assigned(sequence: int) -> Envelope:
    return heard(sample(bookings.RoomAssigned), sequence=sequence)


def given_up(notifier: Notifier) -> list[KeptNotice]:
    found: list[KeptNotice] = list(notifier.answer(ListNotices(), OPERATOR).notices)
    return found


def replay(notifier: Notifier, notice: KeptNotice) -> Any:
    return notifier.answer(ReplayNotice(notice_id=notice.notice_id), OPERATOR)


def sequences(pusher: PusherStandIn) -> list[int]:
    return [event["data"]["sequence"] for event in pusher.events(channel=CHANNEL, event="room_assigned")]


@pytest.fixture
def refused_push(notifier: Notifier, pusher: PusherStandIn) -> KeptNotice:
    """The push about fact 1 of a booking, given up."""
    notifier.hear(assigned(1))
    pusher.fault("fail_before", status=400)
    notifier.run("PushNotice")
    (notice,) = given_up(notifier)
    return notice


def test_a_push_that_was_given_up_is_listed_shown_and_sent_when_replayed(
    notifier: Notifier, pusher: PusherStandIn, refused_push: KeptNotice
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


def test_a_replayed_push_goes_before_what_still_waits(
    notifier: Notifier, pusher: PusherStandIn, refused_push: KeptNotice
) -> None:
    notifier.hear(assigned(2), assigned(3))

    replay(notifier, refused_push)
    notifier.run("PushNotice")

    assert sequences(pusher) == [1, 2, 3]


@pytest.mark.parametrize("answer_lost", [False, True])
def test_a_push_is_not_replayed_behind_something_later(
    notifier: Notifier, pusher: PusherStandIn, refused_push: KeptNotice, answer_lost: bool
) -> None:
    notifier.hear(assigned(2))
    if answer_lost:
        pusher.fault("fail_after", status=500)
    notifier.run("PushNotice")

    with pytest.raises(Refusal, match="OVERTAKEN"):
        replay(notifier, refused_push)

    notifier.wait_over()
    notifier.run("PushNotice")
    assert set(sequences(pusher)) == {2}


def test_without_the_look_at_what_came_after_it_the_older_would_follow(
    notifier: Notifier, pusher: PusherStandIn, refused_push: KeptNotice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlNotices, "overtaken", lambda *_: False)
    notifier.hear(assigned(2))
    notifier.run("PushNotice")

    replay(notifier, refused_push)
    notifier.run("PushNotice")

    assert sequences(pusher) == [2, 1]


def test_a_mail_that_was_given_up_is_replayed_under_its_own_id_at_any_time(
    notifier: Notifier, mailbox: MailboxStandIn
) -> None:
    notifier.answers[GetMailFacts] = lambda _: mail_facts()
    changed = {"status": BookingStatus.CONFIRMED, "previous_status": BookingStatus.PENDING_APPROVAL}
    notifier.hear(heard(sample(bookings.BookingConfirmed, **changed)), assigned(2))
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
    notifier: Notifier, pusher: PusherStandIn, refused_push: KeptNotice
) -> None:
    replay(notifier, refused_push)
    pusher.fault("fail_before", status=403)
    notifier.run("PushNotice")

    (again,) = given_up(notifier)
    assert (again.notice_id, again.reason) == (refused_push.notice_id, "PUSH_403")


def test_what_was_sent_or_never_was_is_not_replayed(notifier: Notifier) -> None:
    notifier.hear(assigned(1))
    notifier.run("PushNotice")
    ((sent,),) = notifier.sql("SELECT id::text FROM notice")

    for notice_id, code in ((sent, "NOT_GIVEN_UP"), (str(uuid4()), "NOT_FOUND"), ("nonsense", "NOT_FOUND")):
        with pytest.raises(Refusal, match=code):
            notifier.answer(ReplayNotice(notice_id=notice_id), OPERATOR)


def test_long_lists_come_in_pages(notifier: Notifier) -> None:
    notifier.hear(*(assigned(number) for number in range(1, 6)))
    after, found = None, []
    while True:
        page = notifier.answer(ListNotices(statuses=("PENDING",), after=after, limit=2), OPERATOR)
        found += [notice.sequence for notice in page.notices]
        if not (after := page.next):
            break

    assert found == [1, 2, 3, 4, 5]
