"""Mails before payment: anybody can have one sent to anybody, so they carry no advertisement and are few."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.transactions.work import Work
from contracts.bookings.communications import GetMailFacts, MailFacts
from contracts.bookings.events import BookingHeld
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from sandbox.mailbox.stand_in import MailboxStandIn
from services.notifier.handlers.mails import delete_old_mail_counts
from services.notifier.work import NotifierWork
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import NOW, envelope_of, mail_facts, sample

ADVERTISEMENT = "Visit https://evil.example/prize now"
MOST = 5


def facts(*, first_name: str = "Ada", before_payment: bool = True, recipient: str = "r1") -> MailFacts:
    return replace(mail_facts(guest_first_name=first_name), before_payment=before_payment, recipient_key=recipient)


def send(notifier: Notifier, facts: MailFacts, times: int = 1) -> None:
    """Deliver so many events, each of another booking, and send their mails."""
    notifier.answers[GetMailFacts] = lambda _: facts
    for _ in range(times):
        name = "".join(random.choices("23456789ABCDEF", k=6))
        notifier.deliver(envelope_of(sample(BookingHeld, booking_id=f"BK-2027-{name}")))
    notifier.run("SendMail")


def counted(notifier: Notifier, hours: float = 0) -> bool:
    """Count a mail to the recipient after so many hours; returns whether the mail may be sent."""
    with notifier.unit_of_work.begin() as work:
        counts = cast("NotifierWork", work).mail_counts
        notice_id = str(uuid4())
        return notice_id in counts.add({notice_id: "r1"}, most=MOST, now=NOW + timedelta(hours=hours))


def cleaned_up(notifier: Notifier) -> bool:
    with notifier.unit_of_work.begin() as work:
        return delete_old_mail_counts(cast("NotifierWork", work))


def reasons(notifier: Notifier) -> list[tuple[str, str]]:
    return notifier.sql("SELECT status, reason FROM notice WHERE medium = 'mail' ORDER BY settled_at")


def test_after_payment_a_name_is_written_as_the_guest_gave_it(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    """The control: without the rule, the hotel sends the advertisement."""
    send(notifier, facts(first_name=ADVERTISEMENT, before_payment=False))

    assert ADVERTISEMENT in (mailbox.messages()[0]["text"] or "")


def test_before_payment_a_name_with_a_link_is_left_out(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    send(notifier, facts(first_name=ADVERTISEMENT))

    [mail] = mailbox.messages()
    for part in (mail["text"] or "", mail["html"] or ""):
        assert "evil" not in part
        assert "Dear" not in part


def test_before_payment_an_ordinary_name_is_written(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    send(notifier, facts(first_name="Siobhán"))

    assert "Dear" in (mailbox.messages()[0]["text"] or "")


def test_without_the_limit_one_address_gets_every_mail(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    notifier.unit_of_work.dependencies.settings.mails_before_payment = 0

    send(notifier, facts(), times=8)

    assert len(mailbox.messages()) == 8


def test_one_address_gets_five_mails_before_payment_in_a_day(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    send(notifier, facts(), times=8)

    assert len(mailbox.messages()) == MOST
    assert reasons(notifier).count(("GAVE_UP", "TOO_MANY_MAILS")) == 3
    send(notifier, facts(recipient="r2"))
    send(notifier, facts(before_payment=False))
    assert len(mailbox.messages()) == MOST + 2


def test_at_once_exactly_five_are_counted(notifier: Notifier) -> None:
    def add(_: int) -> bool:
        return counted(notifier)

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(add, range(40))) == MOST


def test_the_count_begins_anew_after_a_day(notifier: Notifier) -> None:
    assert [counted(notifier, hours) for hours in (0, 1, 2, 3, 4, 5, 23.9, 24)] == [True] * 5 + [False] * 2 + [True]


def test_a_mail_that_is_tried_again_counts_once(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    mailbox.fault("tempfail", times=3)
    send(notifier, facts())
    for _ in range(4):
        notifier.make_jobs_due()
        notifier.run("SendMail")

    assert len(mailbox.messages()) == 1
    assert notifier.sql("SELECT cardinality(notices) FROM mail_count") == [(1,)]


def test_a_count_names_no_address_and_is_deleted_after_a_day(notifier: Notifier) -> None:
    send(notifier, facts())
    [(row,)] = notifier.sql("SELECT mail_count::text FROM mail_count")
    assert "example" not in row

    assert not cleaned_up(notifier)
    notifier.sql("UPDATE mail_count SET since = since - interval '25 hours'")
    assert cleaned_up(notifier)

    assert notifier.sql("SELECT * FROM mail_count") == []


@pytest.mark.parametrize("zone_change", ["2027-03-28T00:30+00:00", "2027-10-31T00:30+00:00"])
def test_the_mail_names_both_deadlines_in_hotel_local_time(
    notifier: Notifier, mailbox: MailboxStandIn, zone_change: str
) -> None:
    held_at = NOW.fromisoformat(zone_change)
    booking = sample(
        BookingDetail,
        hotel_card=facts().booking.hotel_card,
        status=BookingStatus.PENDING_PAYMENT,
        expires_at=held_at + timedelta(minutes=29),
        pay_until=held_at + timedelta(minutes=31),
    )

    send(notifier, replace(facts(), booking=booking))

    text = mailbox.messages()[0]["text"] or ""
    before, after = ("00:59", "02:01") if "03-28" in zone_change else ("01:59", "01:01")
    assert f"open the payment page by then, and authorise the payment of EUR 150.00 by {after}" in " ".join(
        text.split()
    )
    assert f"until {before}" in " ".join(text.split())


def test_a_count_does_not_wait_for_the_disk_and_what_follows_does(notifier: Notifier) -> None:
    def synchronous(work: Work) -> str:
        cast("NotifierWork", work).mail_counts.add({str(uuid4()): "r1"}, most=MOST, now=NOW)
        return str(work.connection.execute(sa.text("SHOW synchronous_commit")).scalar_one())

    with notifier.unit_of_work.begin() as in_the_transaction:
        assert synchronous(in_the_transaction) == "off"
    with notifier.unit_of_work.at_once() as after_the_statement:
        assert synchronous(after_the_statement) == "on"
