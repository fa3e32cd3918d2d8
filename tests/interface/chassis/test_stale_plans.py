"""A column changes its type under psycopg's prepared statements: asks are answered as before, on new connections."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import codec
from chassis.database import stale_plans
from chassis.database.engines import service_engine
from chassis.database.prepared import PREPARE_AFTER
from chassis.messaging import ask_server
from chassis.messaging.ask_server import AskServer
from chassis.service import Service, converses, handles, method_of
from chassis.transactions.conversation import KeyedConversation
from chassis.transactions.unit_of_work import UnitOfWork, is_outage
from chassis.transactions.work import Work
from contracts.message import Ask, Nothing
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.rooms import GetRoomHistory, RoomHistory
from contracts.values import Context
from tests.fakes.roles import granted_engine, running_url
from tests.interface.chassis.toy import ToySettings

QUERY = GetRoomHistory(hotel="h", room_number="1")
COMMAND = ReleaseInventory(booking_id="BK-1")
ACTION = TakeRoomBack(hotel="h", booking_id="BK-1", action_id="a")
ASKS = pytest.mark.parametrize("ask", [QUERY, COMMAND, ACTION], ids=["query", "command", "conversation"])


class Reader:
    """A service whose handlers read a column, for the conversation after another transaction where `changes` is set."""

    def __init__(self, url: str) -> None:
        self.owner = granted_engine(
            url, {"thing": "CREATE TABLE thing (n) AS SELECT 1", "change": "CREATE TABLE change (n integer)"}
        )
        driver = running_url(self.owner.url).set(drivername="postgresql+psycopg")
        self.engine = service_engine(driver, {}, pool_size=3, max_overflow=0)
        reading = service_engine(driver, {}, pool_size=3, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        self.changes = False
        asks = [handles(GetRoomHistory, self._query), handles(ReleaseInventory, self._command)]
        asks.append(converses(TakeRoomBack, self._converse))
        service = Service(name="rooms", settings=ToySettings, work=Work, dependencies=lambda _: None, asks=asks)
        self.ask_server = AskServer(service, UnitOfWork(self.engine, Work, reading=reading), lambda *_: None)
        self.engines = (self.owner, self.engine, reading)

    def send(self, ask: Ask[Any]) -> Any:
        return self.ask_server.handle(method_of(type(ask)), codec.plain(ask), codec.plain(Context())).reply

    def prepare(self, ask: Ask[Any]) -> None:
        """Send the ask until its statements are prepared."""
        for _ in range(PREPARE_AFTER + 1):
            self.send(ask)

    def change_type(self) -> None:
        with self.owner.begin() as connection:
            connection.execute(sa.text("ALTER TABLE thing ALTER n TYPE bigint"))

    def count_changes(self) -> int:
        with self.owner.begin() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM change")).scalar_one())

    def _query(self, _: GetRoomHistory, work: Work) -> RoomHistory:
        return RoomHistory(room_number=str(_read(work)), changes=())

    def _command(self, _: ReleaseInventory, work: Work) -> Nothing:
        _change(work)
        _read(work)
        return Nothing()

    def _converse(self, _: TakeRoomBack, conversation: KeyedConversation[Work]) -> Nothing:
        if self.changes:
            with conversation.transaction() as work:
                _change(work)
        with conversation.transaction() as work:
            _read(work)
        return Nothing()


def _read(work: Work) -> int:
    return int(work.connection.execute(sa.text("SELECT n FROM thing")).scalar_one())


def _change(work: Work) -> None:
    work.connection.execute(sa.text("INSERT INTO change VALUES (1)"))


@pytest.fixture
def reader(new_database: Callable[[str], str]) -> Iterator[Reader]:
    made = Reader(new_database("plans"))
    yield made
    for engine in made.engines:
        engine.dispose()


@ASKS
def test_an_ask_is_answered_after_a_column_has_changed_its_type(reader: Reader, ask: Ask[Any]) -> None:
    reader.prepare(ask)
    before = reader.send(ask), reader.count_changes()
    reader.change_type()

    assert reader.send(ask) == before[0]
    assert reader.count_changes() == before[1] + (ask is COMMAND)


@ASKS
def test_without_a_second_transaction_the_ask_fails(
    reader: Reader, ask: Ask[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_server, "once_more", lambda transaction, **_: transaction())
    reader.prepare(ask)
    reader.change_type()

    with pytest.raises(sa.exc.DBAPIError, match="cached plan must not change result type") as failed:
        reader.send(ask)
    assert is_outage(failed.value)


def test_on_the_same_connection_the_statement_would_fail_again(
    new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stale_plans, "replace_connections", lambda _: None)
    reader = Reader(new_database("plans"))
    reader.prepare(QUERY)
    reader.change_type()

    for _ in range(3):
        with pytest.raises(sa.exc.DBAPIError, match="cached plan must not change result type"):
            reader.send(QUERY)
    for engine in reader.engines:
        engine.dispose()


def test_one_stale_statement_replaces_every_connection_of_its_engine(reader: Reader) -> None:
    with reader.engine.connect() as one, reader.engine.connect() as other:
        for connection in (one, other):
            for _ in range(PREPARE_AFTER + 1):
                connection.execute(sa.text("SELECT n FROM thing"))
            connection.commit()
    reader.change_type()

    failures = 0
    for _ in range(6):
        try:
            with reader.engine.begin() as connection:
                connection.execute(sa.text("SELECT n FROM thing"))
        except sa.exc.DBAPIError as problem:
            failures += stale_plans.is_stale(problem)
    assert failures == 1


def test_a_conversation_that_has_had_an_effect_is_not_begun_anew(reader: Reader) -> None:
    reader.changes = True
    reader.prepare(ACTION)
    before = reader.count_changes()
    reader.change_type()

    with pytest.raises(sa.exc.DBAPIError) as failed:
        reader.send(ACTION)

    assert is_outage(failed.value)
    assert reader.count_changes() == before + 1
