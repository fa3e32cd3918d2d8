"""The world: it alone decides which task goes on, what is delivered, what fails and when time passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chassis.messaging import topology
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.transactions import renewal
from contracts.message import Ask
from contracts.values import Context
from hotelmate.invariants.context import ExaminationContext, ParkedMessage
from services.payments.steps import backoff
from tests.simulation import seeded
from tests.simulation.choices import Choices
from tests.simulation.client_asks import ClientAsks
from tests.simulation.crash_points import CrashPoints
from tests.simulation.databases import SimulatedDatabase
from tests.simulation.events import EventTransport
from tests.simulation.faults import Faults
from tests.simulation.lock_oracle import LockOracle
from tests.simulation.mixture import Mixture, draw_mixture
from tests.simulation.network import Network
from tests.simulation.processes import SimulatedProcess
from tests.simulation.providers import SimulatedProviders
from tests.simulation.rest import RestPhase
from tests.simulation.run_record import RunRecord
from tests.simulation.runtime_checks import RuntimeChecks
from tests.simulation.scheduler import TICK, Scheduler
from tests.simulation.tasks import Task
from tests.simulation.turns import Turns

Reply = TypeVar("Reply")

PROCESSES = 2  # of each service


class World:
    """One run after another on the same databases."""

    def __init__(self, services: Sequence[Service], settings: Mapping[str, ServiceSettings], admin_url: str) -> None:
        self._services = services
        self.elapsed = 0.0
        self.turns = Turns(self)
        self.oracle = LockOracle(admin_url, lambda: self.turns.running, lambda: self.elapsed)
        self.oracle.install()
        setattr(renewal, "repeat", self.turns.repeat)  # noqa: B010 - a module of the product
        setattr(backoff, "sleep", self.sleep)  # noqa: B010
        self.databases: dict[str, SimulatedDatabase] = {}
        self.points = CrashPoints()
        self.providers = SimulatedProviders(self, settings)
        self.network = Network(self)
        self.events = EventTransport(self)
        self.client_asks = ClientAsks(self)
        self.runtime_checks = RuntimeChecks(self)
        self.judge: Any = None
        self.begin(Choices(0))

    # the run

    def begin(self, choices: Choices, *, mixture: Mixture | None = None) -> None:
        """Begin a run, on databases that were reset."""
        self.choices = choices
        self.elapsed = self._leap = 0.0
        self.faults_stopped = False
        self.mixture = mixture or draw_mixture(choices, deadly=self.points.hunts)
        self.turns.tasks.clear()
        self.committed: set[str] = set()  # the services that have committed in this step
        self.outboxes: set[str] = set()
        self.with_jobs: set[str] = set()  # the services that may have open jobs
        self.record = RunRecord(lambda: self.elapsed)
        self.shares = self.record.shares
        self.scheduler, self.faults, self.rest = Scheduler(self), Faults(self), RestPhase(self)
        self.network.in_flight.clear()
        self.events.reset()
        self.providers.reset()
        self.processes = [SimulatedProcess(self, each, n + 1) for each in self._services for n in range(PROCESSES)]
        if self.databases:
            for process in self.processes:
                process.start()

    def note(self, text: str) -> None:
        """Write a line of the trace."""
        self.record.note(text)

    def violate(self, kind: str, text: str) -> None:
        """Note a violation; the run ends with the next step."""
        self.record.violate(kind, text)

    def step(self) -> None:
        """Carry out one action. Raises `Violated`."""
        self.choices.step_begins()
        leap, self._leap = self._leap, 0.0
        self.scheduler.move(TICK + leap)
        act = self.scheduler.choose()
        self.shares["turn"] += 1
        if line := act():
            self.note(line)
        if self.judge and self.committed:
            self.judge.after_step(self, self.committed)
        self.committed.clear()
        self.record.raise_violation()

    # for actors

    def now(self) -> datetime:
        """The world's time, UTC."""
        return seeded.START + timedelta(seconds=self.elapsed)

    @property
    def stripe(self) -> Any:
        """The card provider's stand-in: payment pages and journal."""
        return self.providers.stripe

    @property
    def mailbox(self) -> list[Any]:
        """The mails that were sent."""
        return self.providers.mailbox

    @property
    def pusher(self) -> list[Any]:
        """The messages that were pushed."""
        return self.providers.pusher

    def start(self, actor: Callable[[World], Any], name: str) -> Task:
        """Start an actor."""
        return self.turns.spawn(name, lambda: actor(self))

    def ask(self, message: Ask[Reply], context: Context | None = None, *, key: str = "", service: str = "") -> Reply:
        """Ask as the gateway does for a client: see `ClientAsks.ask`."""
        return self.client_asks.ask(message, context or Context(), key=key, service=service)

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass for everybody, with the next step."""
        self._leap += seconds
        self.turns.give_back()

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds of the world's time have passed."""
        self.turns.wait(until=self.elapsed + seconds)

    def sql(self, service: str, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement in a service's database; parameters are written `%(name)s`."""
        return self.databases[service].sql(statement, **values)

    def examination(self) -> ExaminationContext:
        """The context in which the product's own invariants are judged, at rest."""
        parked = [
            ParkedMessage(service=each.name, id=message.properties.message_id or "", type=message.properties.type or "")
            for each in self._services
            for message in self.events.broker.queues[topology.dead_letters(each.name)]
        ]
        return ExaminationContext(
            ask=self.client_asks.ask_directly,
            older_than=timedelta(0),
            journal=self.stripe.journal(),
            acknowledged=self.providers.acknowledged,
            parked=parked,
        )

    def living(self, service: str) -> list[SimulatedProcess]:
        """The processes of a service that are not dead."""
        return [each for each in self.processes if each.service.name == service and each.up]

    # for tasks

    def point(self, kind: str, moment: str, about: str = "") -> None:
        """Pass a crash point: the process may die here, and other tasks may run."""
        task = self.turns.running
        if task is None:
            return
        if task.process:
            name = f"{task.process.service.name}, {task.name}: {kind}{' ' if about else ''}{about} {moment}"
            task.at = name
            dies = self.fault("death", self.points.probability(name, self.mixture.deaths))
            if task.process.up:
                self.points.passed(name, at_rest=self.faults_stopped)
                if dies or self.points.is_planned(name):
                    self.points.doomed(name)
                    self.scheduler.doomed = task.process
        self.turns.give_back()

    def fault(self, name: str, probability: float) -> bool:
        """Whether this fault happens now; never after faults have stopped."""
        if self.faults_stopped or not self.choices.chance(name, probability):
            return False
        self.note(name)
        return True

    def wrote(self, service: str, what: str) -> None:
        """A transaction of a service wrote to its `outbox`, or enqueued or changed a `job`."""
        (self.outboxes if what == "outbox" else self.with_jobs).add(service)
