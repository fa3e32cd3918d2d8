"""What nameko injects into each worker: the service's machinery, made once per process."""

import threading
from typing import Any

import sqlalchemy as sa
from nameko.extensions import DependencyProvider

from chassis.answering import Answering
from chassis.asking import Asker
from chassis.doors import Service
from chassis.errands import Errands
from chassis.hearing import Hearing
from chassis.settings import ServiceSettings
from chassis.transact import Desk, Transactor
from contracts.values import Caller, Context

OURSELVES = Context(caller=Caller(kind="system"))
LIMITS = "-c statement_timeout=15000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=30000"


class Machinery:
    """Everything that a service's doors are opened with."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self.wakes: list[threading.Event] = []
        room = settings.workers + 4
        told = {"connect_timeout": 5, "application_name": service.name, "options": LIMITS}
        pool = {"pool_size": room, "max_overflow": 4, "connect_args": told, "hide_parameters": True}
        reading = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
        self._engines = [
            sa.create_engine(settings.sync_url, **pool),
            sa.create_engine(settings.sync_url, **pool, **reading),
        ]
        self.asker = Asker(settings.amqp_url, service.name)
        self.transactor = Transactor(
            self._engines[0],
            service.work,
            reading=self._engines[1],
            tools=service.tools(settings),
            demo=settings.demo,
            wake=self._wake,
        )
        self.answering = Answering(service, self.transactor, self.ask)
        self.hearing = Hearing(service, self.transactor)
        self.errands = {door.kind: Errands(door, self.transactor, self.ask) for door in service.errands}

    def ask(self, message: Any, context: Context) -> Any:
        """Ask another service on behalf of whoever asked this one; never under their Idempotency-Key."""
        around = Context(caller=context.caller, traceparent=context.traceparent, request_id=context.request_id)
        return self.asker(message, around)

    def desk(self) -> Desk:
        """A desk for work that nobody asked for."""
        return Desk(self.transactor, self.ask, OURSELVES)

    def _wake(self) -> None:
        for event in self.wakes:
            event.set()

    def close(self) -> None:
        """Let go of the broker and the database."""
        self.asker.stop()
        for engine in self._engines:
            engine.dispose()


class MachineryProvider(DependencyProvider):  # type: ignore[misc]
    """Gives every worker the one `Machinery`."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._service = service
        self._settings = settings
        self.machinery: Machinery

    def setup(self) -> None:
        """Made before any entrypoint starts."""
        self.machinery = Machinery(self._service, self._settings)

    def start(self) -> None:
        """Connect the asker."""
        self.machinery.asker.start()

    def stop(self) -> None:
        """Nameko stops dependencies after the last worker has ended."""
        self.machinery.close()

    def get_dependency(self, worker_ctx: Any) -> Machinery:
        """The machinery, for this worker."""
        return self.machinery


def machinery_of(container: Any) -> Machinery:
    """What the container's provider has made."""
    machinery: Machinery = next(d for d in container.dependencies if d.attr_name == "machinery").machinery
    return machinery
