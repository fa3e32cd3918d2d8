"""The notifier on a real database, with stand-ins of the push provider and the mail server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import APPLIED, EventDispatcher
from chassis.refusal import Refusal
from chassis.transactions.migrate import migrate
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.bookings.communications import GetMailFacts, GetManyMailFacts, MailFacts, ManyMailFacts
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames
from contracts.message import Ask, Envelope
from contracts.values import Caller, Context
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.service import SERVICE
from services.notifier.settings import NotifierSettings
from services.notifier.work import NotifierWork, dependencies

TABLES = ("notice", "mail_count", "job", "outbox", "inbox", "inbox_position", "stream", "audit")
from tests.fakes.emptied import empty
from tests.fakes.roles import owner_engine, running_engine
from tests.interface.notifier.mail_batch import address
from tests.unit.notifier.samples import mail_facts


class Notifier:
    """The notifier's handlers, called without a broker. `answers` maps asks to other services to their replies."""

    def __init__(self, engine: sa.Engine, settings: NotifierSettings) -> None:
        self.engine = engine
        self.answers: dict[type[Ask[Any]], Callable[[Any], Any]] = {
            GetStaffNames: lambda _: StaffNames(names={}),
            GetManyMailFacts: self._many_mail_facts,
        }
        self.sent_asks: list[tuple[Ask[Any], Context]] = []
        self.unit_of_work = UnitOfWork(running_engine(engine.url), NotifierWork, dependencies=dependencies(settings))
        self.event_dispatcher = EventDispatcher(SERVICE, self.unit_of_work)
        self.ask_server = AskServer(SERVICE, self.unit_of_work, self.ask)
        self.jobs = {job.kind: JobRunner(job, self.unit_of_work, self.ask) for job in SERVICE.jobs}

    def ask(self, message: Ask[Any], context: Context) -> Any:
        """Answer an ask of the notifier to another service."""
        self.sent_asks.append((message, context))
        return self.answers[type(message)](message)

    def _many_mail_facts(self, ask: GetManyMailFacts) -> ManyMailFacts:
        """What the answer to `GetMailFacts` is for each booking; None where that is refused."""
        facts: list[MailFacts | None] = []
        for each in ask.bookings:
            try:
                facts.append(self.answers[GetMailFacts](GetMailFacts(hotel=each.hotel, booking_id=each.booking_id)))
            except Refusal:
                facts.append(None)
        return ManyMailFacts(facts=tuple(facts))

    def deliver(self, *envelopes: Envelope) -> None:
        """Deliver these events; each must be applied."""
        assert self.event_dispatcher.apply(envelopes) == [APPLIED] * len(envelopes)

    def run(self, kind: str) -> int:
        """Run the due jobs of this kind until none is due; returns the number of rounds."""
        rounds = 0
        while due := self.jobs[kind].claim():
            self.jobs[kind].run(due)
            rounds += 1
        return rounds

    def make_jobs_due(self) -> None:
        """Make every open job due now, as if its pause or lease had passed."""
        self.sql("UPDATE job SET try_at = now(), not_before = NULL")

    def age_jobs(self) -> None:
        """Make every job three days old, with ten attempts, and due now."""
        self.sql("UPDATE job SET try_at = now(), created_at = created_at - interval '3 days', attempts = 10")

    def answer(self, message: Ask[Any], caller: Caller) -> Any:
        """The reply to an ask of this caller."""
        context = codec.plain(Context(caller=caller))
        return self.ask_server.handle(type(message).__name__, codec.plain(message), context).reply

    def sql(self, statement: str) -> list[Any]:
        """Run a statement; returns its rows."""
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def everything_stored(self) -> str:
        """Every row of every table, as text."""
        return "\n".join(str(self.sql(f"SELECT to_jsonb(t)::text FROM {table} t")) for table in TABLES)


@pytest.fixture(scope="session")
def database(new_database: Callable[[str], str]) -> str:
    """A migrated database."""
    url = new_database("notifier")
    migrate("notifier", url)
    return url


@pytest.fixture(scope="session")
def running_stand_ins() -> Iterator[tuple[PusherStandIn, MailboxStandIn]]:
    """Started once, because that takes longer than most tests."""
    with PusherStandIn.start() as pusher, MailboxStandIn.start() as mailbox:
        yield pusher, mailbox


@pytest.fixture
def pusher(running_stand_ins: tuple[PusherStandIn, MailboxStandIn]) -> PusherStandIn:
    """Without records and faults."""
    running_stand_ins[0].reset()
    return running_stand_ins[0]


@pytest.fixture
def mailbox(running_stand_ins: tuple[PusherStandIn, MailboxStandIn]) -> MailboxStandIn:
    """Without mails and faults."""
    running_stand_ins[1].reset()
    return running_stand_ins[1]


@pytest.fixture
def settings(database: str, pusher: PusherStandIn, mailbox: MailboxStandIn) -> NotifierSettings:
    return NotifierSettings(
        database_url=database,
        pusher_app_id=pusher.settings.app_id,
        pusher_key=pusher.settings.key,
        pusher_secret="test-only-0",
        pusher_host=pusher.host,
        pusher_port=pusher.port,
        pusher_ssl=False,
        smtp_host=mailbox.smtp_host,
        smtp_port=mailbox.smtp_port,
        mail_from="bookings@hotelmate.example",
        public_url="https://stay.example",
    ).model_copy(update={"pusher_secret": pusher.settings.secret})


@pytest.fixture
def notifier(settings: NotifierSettings) -> Notifier:
    engine = owner_engine(settings.database_url)
    empty(engine, *TABLES)
    return Notifier(engine, settings)


@pytest.fixture
def guests_of_a_batch(notifier: Notifier) -> None:
    """Bookings answers for each booking of a batch with an address of its own."""
    notifier.answers[GetMailFacts] = lambda ask: mail_facts(guest_email=address(ask.booking_id))
