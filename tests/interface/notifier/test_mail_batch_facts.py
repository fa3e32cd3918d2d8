"""What a batch of mails asks bookings for: together, one by one, and where bookings cannot answer."""

from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.communications import GetMailFacts, GetManyMailFacts, MailFacts
from sandbox.mailbox.stand_in import MailboxStandIn
from tests.interface.notifier.conftest import Notifier
from tests.interface.notifier.mail_batch import BOOKINGS, address, deliver, run_once, send, statuses, times_sent
from tests.unit.notifier.samples import mail_facts

pytestmark = pytest.mark.usefixtures("guests_of_a_batch")


def test_mails_are_asked_for_one_by_one_where_they_cannot_be_asked_for_together(
    notifier: Notifier, mailbox: MailboxStandIn
) -> None:
    """A process of bookings that is older does not understand the common ask."""

    def older(_: GetManyMailFacts) -> None:
        raise Unavailable("GetManyMailFacts is not understood")

    notifier.answers[GetManyMailFacts] = older
    deliver(notifier)

    send(notifier)

    assert times_sent(mailbox) == [1] * 6


@pytest.mark.parametrize("together", [True, False])
def test_an_unknown_booking_and_an_unusable_address_keep_no_other_mail_from_its_guest(
    notifier: Notifier, mailbox: MailboxStandIn, together: bool
) -> None:
    def facts(ask: GetMailFacts) -> MailFacts:
        if ask.booking_id == BOOKINGS[1]:
            raise Refusal("BOOKING_NOT_FOUND", "no")
        return mail_facts(guest_email="nobody" if ask.booking_id == BOOKINGS[2] else address(ask.booking_id))

    notifier.answers[GetMailFacts] = facts
    if not together:
        notifier.answers[GetManyMailFacts] = lambda _: facts(GetMailFacts(booking_id=BOOKINGS[1]))
    deliver(notifier)

    send(notifier)

    assert times_sent(mailbox) == [1, 0, 0, 1, 1, 1]
    reasons = notifier.sql("SELECT reason FROM notice WHERE status = 'GAVE_UP' ORDER BY booking_id")
    assert reasons == [("BOOKING_NOT_FOUND",), ("ADDRESS_UNUSABLE",)]


def test_while_bookings_is_silent_it_is_asked_at_most_twice_for_a_batch(notifier: Notifier) -> None:
    def silent(_: Any) -> None:
        raise Unavailable("nobody answers")

    notifier.answers[GetManyMailFacts] = notifier.answers[GetMailFacts] = silent
    deliver(notifier)

    send(notifier)

    assert [type(ask) for ask, _ in notifier.sent_asks] == [GetManyMailFacts, GetMailFacts]
    assert statuses(notifier) == ["PENDING"] * 6


def test_a_booking_that_bookings_cannot_answer_for_holds_up_the_mails_behind_it_once(
    notifier: Notifier, mailbox: MailboxStandIn
) -> None:
    def facts(ask: GetMailFacts) -> MailFacts:
        if ask.booking_id == BOOKINGS[1]:
            raise Unavailable("an error of this booking")
        return mail_facts(guest_email=address(ask.booking_id))

    notifier.answers[GetMailFacts] = facts
    deliver(notifier)
    send(notifier)
    assert times_sent(mailbox) == [1, 0, 0, 0, 0, 0]

    notifier.sql("UPDATE job SET try_at = now() + interval '1 hour' WHERE last_error LIKE 'Unavailable%'")
    notifier.sql("UPDATE job SET try_at = now() WHERE last_error = 'RetryLater: NO_MAIL_FACTS'")
    run_once(notifier)

    assert times_sent(mailbox) == [1, 0, 1, 1, 1, 1]
