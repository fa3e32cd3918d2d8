"""A batch of mails is one conversation with the mail server; each mail has its own outcome."""

from typing import Any

import pytest

from chassis.transactions.conversation import JobConversation
from contracts.bookings.communications import GetManyMailFacts
from sandbox.mailbox.stand_in import MailboxStandIn
from services.notifier.handlers import mails
from services.notifier.mailer import idle_connections
from services.notifier.mailer.mail import Mail
from services.notifier.mailer.smtp import SmtpConnection, SmtpServer
from services.notifier.work import dependencies
from tests.interface.notifier.conftest import Notifier
from tests.interface.notifier.mail_batch import BOOKINGS, deliver, run_once, send, statuses, times_sent

pytestmark = pytest.mark.usefixtures("guests_of_a_batch")


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> list[SmtpServer]:
    """Has one element for each connection that was opened."""
    opened: list[SmtpServer] = []
    login = SmtpServer._login

    def counted(self: SmtpServer) -> Any:
        opened.append(self)
        return login(self)

    monkeypatch.setattr(SmtpServer, "_login", counted)
    return opened


def as_one(connection: SmtpConnection, mail: Mail | Exception, _: Any) -> str:
    """Send a mail of a batch whose mails share one outcome."""
    if isinstance(mail, Exception):
        raise mail
    connection.send(mail)
    return ""


def test_a_batch_is_one_conversation_after_one_ask(
    notifier: Notifier, mailbox: MailboxStandIn, logins: list[SmtpServer]
) -> None:
    deliver(notifier)

    assert notifier.run("SendMail") == 1

    assert times_sent(mailbox) == [1] * 6
    assert len(logins) == 1
    assert [type(ask) for ask, _ in notifier.sent_asks] == [GetManyMailFacts]
    assert statuses(notifier) == ["SENT"] * 6


def test_a_process_whose_lease_may_be_over_sends_nothing(
    notifier: Notifier, mailbox: MailboxStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(notifier)
    with monkeypatch.context() as stalled:
        stalled.setattr(JobConversation, "lease_may_be_over", True)
        send(notifier)

    assert (times_sent(mailbox), statuses(notifier)) == ([0] * 6, ["PENDING"] * 6)
    send(notifier)
    assert (times_sent(mailbox), statuses(notifier)) == ([1] * 6, ["SENT"] * 6)


def test_a_mail_that_fails_in_mid_batch_has_no_other_mail_sent_again(
    notifier: Notifier, mailbox: MailboxStandIn
) -> None:
    deliver(notifier)
    mailbox.fault("delay", seconds=0, times=2)
    mailbox.fault("tempfail")

    send(notifier)
    assert statuses(notifier) == ["SENT", "SENT", "PENDING", "SENT", "SENT", "SENT"]

    send(notifier, rounds=3)
    assert times_sent(mailbox) == [1] * 6
    assert statuses(notifier) == ["SENT"] * 6


def test_with_one_outcome_for_the_batch_the_mails_before_the_failure_would_be_sent_again(
    notifier: Notifier, mailbox: MailboxStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "_send", as_one)
    deliver(notifier)
    mailbox.fault("delay", seconds=0, times=2)
    mailbox.fault("tempfail")

    send(notifier, rounds=3)

    assert times_sent(mailbox) == [2, 2, 1, 1, 1, 1]


def test_a_mail_that_the_server_rejects_is_given_up_alone(notifier: Notifier, mailbox: MailboxStandIn) -> None:
    deliver(notifier)
    mailbox.fault("delay", seconds=0, times=2)
    mailbox.fault("reject")

    send(notifier)

    assert times_sent(mailbox) == [1, 1, 0, 1, 1, 1]
    assert statuses(notifier) == ["SENT", "SENT", "GAVE_UP", "SENT", "SENT", "SENT"]


def test_after_a_connection_that_is_lost_behind_the_third_mail_only_the_rest_goes_again(
    notifier: Notifier, mailbox: MailboxStandIn, logins: list[SmtpServer]
) -> None:
    """The server has stored the fourth mail, and the connection ends without its answer."""
    deliver(notifier)
    mailbox.fault("delay", seconds=0, times=3)
    mailbox.fault("drop_after_accept")

    send(notifier)
    assert statuses(notifier) == ["SENT"] * 3 + ["PENDING"] * 3
    errors = notifier.sql("SELECT DISTINCT last_error FROM job WHERE kind = 'SendMail' AND done_at IS NULL")
    assert errors == [("RetryLater: SMTP_UNREACHABLE",)]

    send(notifier, rounds=3)
    assert times_sent(mailbox) == [1, 1, 1, 2, 1, 1]
    assert len({mail["message_id"] for mail in mailbox.messages()}) == 6
    assert len(logins) == 2


def test_mails_that_are_accepted_slowly_are_stored_after_some_seconds(
    notifier: Notifier, mailbox: MailboxStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notifier.mailer.smtp.ROUND_SECONDS", 0.3)
    deliver(notifier)
    mailbox.fault("delay", seconds=0.4, times=2)

    run_once(notifier)

    assert statuses(notifier) == ["SENT"] + ["PENDING"] * 5
    send(notifier, rounds=3)
    assert times_sent(mailbox) == [1] * 6


def test_an_open_connection_is_used_for_the_next_mails_and_closed_after_some_seconds(
    notifier: Notifier, logins: list[SmtpServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 60.0)
    for booking_id in BOOKINGS[:3]:
        deliver(notifier, [booking_id])
        send(notifier)
    assert len(logins) == 1

    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 0.0)
    deliver(notifier, BOOKINGS[3:4])
    send(notifier)
    for end in list(logins[0]._idle._ends.values()):
        end.join(5)
    assert not logins[0]._idle._ends
    deliver(notifier, BOOKINGS[4:5])
    send(notifier)
    assert len(logins) == 2


@pytest.mark.parametrize("looks", [True, False])
def test_an_open_connection_that_the_server_has_closed_is_noticed_before_a_mail_is_sent(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    monkeypatch.setattr(idle_connections, "IDLE_SECONDS", 60.0)
    deliver(notifier, BOOKINGS[:1])
    send(notifier)
    [server] = notifier.unit_of_work.dependencies.mail_server._idle._ends
    server.sock.shutdown(2)
    if not looks:
        monkeypatch.setattr(server, "noop", lambda: (250, b"OK"))
    deliver(notifier, BOOKINGS[1:2])

    run_once(notifier)

    assert notifier.sql("SELECT count(*) FROM notice WHERE status = 'SENT'") == [(2 if looks else 1,)]


def test_a_process_that_dies_in_mid_batch_has_all_its_mails_sent_again_under_their_ids(
    notifier: Notifier, mailbox: MailboxStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a crash costs: the accepted mails of the batch come twice, as one mail did before."""
    send_one = SmtpConnection.send
    left = [4]

    def dying(self: SmtpConnection, mail: Mail) -> None:
        send_one(self, mail)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    deliver(notifier)
    monkeypatch.setattr(SmtpConnection, "send", dying)
    with pytest.raises(KeyboardInterrupt):
        notifier.run("SendMail")
    monkeypatch.undo()
    notifier.unit_of_work.dependencies = dependencies(notifier.unit_of_work.dependencies.settings)

    send(notifier)

    assert times_sent(mailbox) == [2, 2, 2, 2, 1, 1]
    assert len({mail["message_id"] for mail in mailbox.messages()}) == 6
