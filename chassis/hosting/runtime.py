"""The runtime of a service. Each process makes one runtime, which nameko injects into every worker."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from nameko.extensions import DependencyProvider

from chassis.database.engines import service_engine
from chassis.database.parameters import parameters
from chassis.hosting import database_wait
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_client import AskClient
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import EventDispatcher
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.transactions.conversation import Conversation
from chassis.transactions.new_jobs import Reservation
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT, UnitOfWork
from contracts.values import Context

if TYPE_CHECKING:
    from chassis.hosting.scheduler import JobLoop

CONNECTION_WITHIN = 5  # seconds until a connection of the pool is free


class ServiceRuntime:
    """The database engines, ask client and unit of work of a service, and the objects that run its handlers."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self.job_loops: dict[str, JobLoop] = {}  # by kind of job
        pool = {
            "pool_size": settings.workers + 4,
            "max_overflow": 4,
            "pool_timeout": CONNECTION_WITHIN,
            "hide_parameters": True,
        }
        reading = {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None, "skip_autocommit_rollback": True}
        self._engines = [
            service_engine(settings.sync_url, parameters(service.name), **pool, **options) for options in ({}, reading)
        ]
        self.ask_client = AskClient(settings.amqp_url, service.name, settings.message_keys)
        self.unit_of_work = UnitOfWork(
            self._engines[0],
            service.work,
            reading=self._engines[1],
            dependencies=service.dependencies(settings),
            demo=settings.demo,
            wake=self._wake,
            reserve=self._reserve,
        )
        self.ask_server = AskServer(service, self.unit_of_work, self.ask)
        self.event_dispatcher = EventDispatcher(service, self.unit_of_work)
        self.job_runners = {job.kind: JobRunner(job, self.unit_of_work, self.ask) for job in service.jobs}

    def ask(self, message: Any, context: Context) -> Any:
        """Ask another service on behalf of this request's caller, without the caller's Idempotency-Key."""
        unkeyed = Context(
            caller=context.caller,
            traceparent=context.traceparent,
            request_id=context.request_id,
            vouchers=context.vouchers,
        )
        return self.ask_client(message, unkeyed)

    def conversation(self) -> Conversation[Any]:
        """A new conversation on behalf of the system, for timers."""
        return Conversation(self.unit_of_work, self.ask, SYSTEM_CONTEXT)

    def _reserve(self, kind: str, jobs: int) -> Reservation | None:
        loop = self.job_loops.get(kind)
        return loop.reserve(jobs) if loop else None

    def _wake(self, kinds: Collection[str]) -> None:
        for kind in kinds:
            if kind in self.job_loops:
                self.job_loops[kind].wake()

    def close(self) -> None:
        """Close the connections to the broker and the database."""
        self.ask_client.stop()
        for engine in self._engines:
            engine.dispose()


class RuntimeProvider(DependencyProvider):  # type: ignore[misc]
    """Makes the `ServiceRuntime` of the process and injects it into every worker."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._service = service
        self._settings = settings
        self.runtime: ServiceRuntime

    def setup(self) -> None:
        self.runtime = ServiceRuntime(self._service, self._settings)
        database_wait.install(self._settings.database_driver, self.runtime.unit_of_work.counters)

    def start(self) -> None:
        self.runtime.ask_client.start()

    def stop(self) -> None:
        """Close the runtime; nameko stops dependencies after the last worker has ended."""
        self.runtime.close()

    def get_dependency(self, worker_ctx: Any) -> ServiceRuntime:
        return self.runtime


def runtime_of(container: Any) -> ServiceRuntime:
    """The runtime of a nameko container."""
    runtime: ServiceRuntime = next(d for d in container.dependencies if d.attr_name == "runtime").runtime
    return runtime
