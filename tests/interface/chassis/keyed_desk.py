"""A service with one command that may carry an Idempotency-Key."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.messaging.ask_server import AskReply, AskServer
from chassis.refusal import Refusal
from chassis.service import AskHandler, Service, converses, handles
from chassis.transactions.conversation import KeyedConversation
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Nothing
from contracts.rooms.holds import ReleaseInventory
from contracts.values import Context
from tests.fakes.roles import granted_engine, running_engine
from tests.interface.chassis.toy import EFFECT, ToySettings


class Desk:
    """A service whose command has one effect, and in between does what the test wants."""

    def __init__(self, url: str, *, converse: bool) -> None:
        self.engine = granted_engine(url, {"effect": EFFECT})
        self.meanwhile: Callable[[], None] = lambda: None
        self.before_the_commit: Callable[[], None] = lambda: None
        self.afterwards: Callable[[], None] = lambda: None
        self.unit_of_work = UnitOfWork(running_engine(self.engine.url), Work)
        self._serve(converses(ReleaseInventory, self._several) if converse else handles(ReleaseInventory, self._one))

    def use(self, handler: Callable[[ReleaseInventory, KeyedConversation[Work]], Nothing]) -> None:
        """Have another handler with several transactions."""
        self._serve(converses(ReleaseInventory, handler))

    def send(self, fingerprint: str = "f", *, key: str | None = "k") -> AskReply:
        """Send the command."""
        context = Context(idempotency_key=key, fingerprint=fingerprint)
        return self.ask_server.handle(
            "ReleaseInventory", codec.plain(ReleaseInventory(booking_id="BK-1")), codec.plain(context)
        )

    def code(self, fingerprint: str = "f") -> tuple[str, Any]:
        """The code and `retry_after` of the command's refusal; an empty code where the command is answered."""
        try:
            self.send(fingerprint)
        except Refusal as refusal:
            return refusal.code, refusal.details.get("retry_after")
        return "", None

    def effects(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM effect")).scalar_one())

    def end_leases(self) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text("UPDATE idempotency SET claimed_until = now() - interval '1 second'"))

    def _serve(self, ask: AskHandler) -> None:
        service = Service(name="rooms", settings=ToySettings, work=Work, dependencies=lambda _: None, asks=[ask])
        self.ask_server = AskServer(service, self.unit_of_work, lambda *_: None)

    def _one(self, command: ReleaseInventory, work: Work) -> Nothing:
        self._act(command, work)
        self.meanwhile()
        return Nothing()

    def _several(self, command: ReleaseInventory, conversation: KeyedConversation[Work]) -> Nothing:
        self.meanwhile()
        with conversation.transaction() as work:
            self._act(command, work)
            reply = conversation.finish(work, Nothing())
            self.before_the_commit()
        self.afterwards()
        return reply

    @staticmethod
    def _act(command: ReleaseInventory, work: Work) -> None:
        work.connection.execute(
            sa.text("INSERT INTO effect (booking_id, sequence, note) VALUES (:b, 0, 'ask')"), {"b": command.booking_id}
        )
