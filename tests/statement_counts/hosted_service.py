"""One service with the runtime and the job loops of its host."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from chassis.hosting.runtime import ServiceRuntime
from chassis.hosting.scheduler import JobLoop
from contracts.message import Ask
from contracts.values import Context
from tests.fakes.platform import ServiceUnderTest
from tests.statement_counts.recorder import StatementRecorder

_WAITS = sa.text("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")


@dataclass
class StartedWorker:
    """A worker that a job loop has started and that has not run yet."""

    kind: str
    leased: Any
    ended: Callable[..., Any]


class HostedService:
    """One service with the runtime and the job loops of its host. It is also its own nameko container."""

    def __init__(
        self, instance: ServiceUnderTest, ask: Callable[[Ask[Any], Context], Any], recorder: StatementRecorder
    ) -> None:
        self.name = instance.service.name
        self.instance = instance
        settings = instance.settings.model_copy(update={"database_url": plain(instance.running.url)})
        self.runtime = ServiceRuntime(instance.service, settings)
        self.runtime.ask_client = ask  # type: ignore[assignment]
        self.dependencies = [SimpleNamespace(attr_name="runtime", runtime=self.runtime)]
        self.workers: deque[StartedWorker] = deque()
        self.loops = {job.kind: self._loop(job.kind) for job in instance.service.jobs}
        instance.unit_of_work = self.runtime.unit_of_work
        instance.ask_server = self.runtime.ask_server
        instance.event_dispatcher = self.runtime.event_dispatcher
        for engine in {self.runtime.unit_of_work.engine, self.runtime.unit_of_work.reading}:
            recorder.listen(self.name, engine)

    def _loop(self, kind: str) -> JobLoop:
        loop = JobLoop(kind)
        loop.container, loop.POLL = self, math.inf
        return loop

    def spawn_worker(self, loop: JobLoop, args: Any, _: Any, *, handle_result: Callable[..., Any]) -> None:
        """Start a worker, as a nameko container does for a job loop."""
        self.workers.append(StartedWorker(loop._kind, args[0], handle_result))

    @property
    def woken(self) -> JobLoop | None:
        """The first job loop that was woken."""
        return next((loop for loop in self.loops.values() if loop._woken.is_set()), None)

    def publishes(self) -> bool:
        """Whether the outbox has events for the relay."""
        with self.instance.engine.connect() as connection:
            return bool(connection.execute(_WAITS).scalar_one())


def plain(url: sa.URL) -> str:
    """The URL without a driver, with its password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
