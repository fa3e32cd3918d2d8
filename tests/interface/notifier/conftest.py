"""The notifier on a real database, with the push provider's and the mail server's stand-ins, and nothing between."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import APPLIED, EventDispatcher
from chassis.settings import with_driver
from chassis.transactions.migrate import migrate
from chassis.transactions.unit_of_work import UnitOfWork
from contracts.message import Ask, Envelope
from contracts.values import Caller, Context
from sandbox.mailbox.stand_in import MailboxStandIn
from sandbox.pusher.stand_in import PusherStandIn
from services.notifier.service import SERVICE
from services.notifier.settings import NotifierSettings
from services.notifier.work import NotifierWork, make_tools

TABLES = ("notice", "job", "outbox", "inbox", "inbox_position", "stream", "audit")


class Notifier:
    """The service's doors, opened by hand. `answers` maps what is asked of other services to a reply or a refusal."""

    def __init__(self, engine: sa.Engine, settings: NotifierSettings) -> None:
        self.engine = engine
        self.answers: dict[type[Ask[Any]], Callable[[Any], Any]] = {}
        self.asked: list[tuple[Ask[Any], Context]] = []
        self.unit_of_work = UnitOfWork(engine, NotifierWork, dependencies=make_tools(settings))
        self.event_dispatcher = EventDispatcher(SERVICE, self.unit_of_work)
        self.ask_server = AskServer(SERVICE, self.unit_of_work, self.ask)
        self.jobs = {door.kind: JobRunner(door, self.unit_of_work, self.ask) for door in SERVICE.jobs}

    def ask(self, message: Ask[Any], context: Context) -> Any:
        """Stand in for the services that the notifier asks."""
        self.asked.append((message, context))
        return self.answers[type(message)](message)

    def hear(self, *envelopes: Envelope) -> None:
        """Apply these deliveries."""
        assert self.event_dispatcher.apply(envelopes) == [APPLIED] * len(envelopes)

    def run(self, kind: str) -> int:
        """Run what is due of this kind of job until nothing is; how many rounds that took."""
        rounds = 0
        while due := self.jobs[kind].claim():
            self.jobs[kind].run(due)
            rounds += 1
        return rounds

    def wait_over(self) -> None:
        """As if every wait for a next try, and every lease, had passed."""
        self.sql("UPDATE job SET try_at = now(), not_before = NULL")

    def let_hours_pass(self) -> None:
        """As if everything had been owed for days."""
        self.sql("UPDATE job SET try_at = now(), created_at = created_at - interval '3 days', attempts = 10")

    def answer(self, message: Ask[Any], caller: Caller) -> Any:
        """What a client is answered."""
        context = codec.plain(Context(caller=caller))
        return self.ask_server.handle(type(message).__name__, codec.plain(message), context).reply

    def sql(self, statement: str) -> list[Any]:
        """Look, or meddle."""
        with self.engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def everything_stored(self) -> str:
        """All rows of all tables, as text."""
        return "\n".join(str(self.sql(f"SELECT to_jsonb(t)::text FROM {table} t")) for table in TABLES)


@pytest.fixture(scope="session")
def database(new_database: Callable[[str], str]) -> str:
    """A migrated database."""
    url = new_database("notifier")
    migrate("notifier", url)
    return url


@pytest.fixture
def pusher() -> Iterator[PusherStandIn]:
    with PusherStandIn.start() as stand_in:
        yield stand_in


@pytest.fixture
def mailbox() -> Iterator[MailboxStandIn]:
    with MailboxStandIn.start() as box:
        yield box


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
def notifier(settings: NotifierSettings) -> Iterator[Notifier]:
    engine = sa.create_engine(with_driver(settings.database_url, "psycopg2"))
    made = Notifier(engine, settings)
    made.sql(f"TRUNCATE {', '.join(TABLES)}")
    yield made
    engine.dispose()
