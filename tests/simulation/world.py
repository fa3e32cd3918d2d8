"""The world: it alone decides which task goes on, what is delivered, what fails and when time passes."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chassis import codec
from chassis.messaging import topology
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.refusal import Refusal, Unavailable
from chassis.service import Service, method_of
from chassis.settings import ServiceSettings
from chassis.transactions import renewal
from chassis.transactions.unit_of_work import is_outage
from contracts.message import Ask, reply_type
from contracts.values import Caller, Context
from hotelmate.invariants.context import ExaminationContext, ParkedMessage
from services.payments.steps import backoff
from tests.simulation import seeded
from tests.simulation.choices import Choices
from tests.simulation.crash_points import CrashPoints
from tests.simulation.databases import SimulatedDatabase
from tests.simulation.events import EventDelivering
from tests.simulation.faults import Faults
from tests.simulation.lock_oracle import LockOracle
from tests.simulation.mixture import Mixture, drawn
from tests.simulation.network import AskInFlight, Network, is_unexpected
from tests.simulation.outside import Outside
from tests.simulation.processes import SimulatedProcess
from tests.simulation.resting import Rest
from tests.simulation.scheduler import TICK, Scheduler
from tests.simulation.tasks import DeadlinePassed, ProcessDied, Task, TaskState

Reply = TypeVar("Reply")

PROCESSES = 2  # of each service
TAIL = 20_000  # lines of the trace that are kept
DEADLOCK = "40P01"


class Violated(Exception):
    """The product has broken a promise. `kind` names the promise."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class World:
    """One run after another on the same databases."""

    def __init__(self, services: Sequence[Service], settings: Mapping[str, ServiceSettings], admin_url: str) -> None:
        self._services = services
        self.elapsed = 0.0
        self.running: Task | None = None
        self.oracle = LockOracle(admin_url, lambda: self.running, lambda: self.elapsed)
        self.oracle.install()
        setattr(renewal, "repeat", self.repeat)  # noqa: B010 - a module of the product
        setattr(backoff, "sleep", self.sleep)  # noqa: B010
        self.databases: dict[str, SimulatedDatabase] = {}
        self.points = CrashPoints()
        self.outside = Outside(self, settings)
        self.network = Network(self)
        self.events = EventDelivering(self)
        self.judge: Any = None
        self.begin(Choices(0))

    # the run

    def begin(self, choices: Choices, *, mixture: Mixture | None = None) -> None:
        """Begin a run, on databases that were reset."""
        self.choices = choices
        self.elapsed = self._leap = 0.0
        self.calm = False
        self.mixture = mixture or drawn(choices, deadly=self.points.hunts)
        self.tasks: list[Task] = []
        self.outboxes: set[str] = set()
        self.fresh_jobs: set[str] = set()
        self.with_jobs: set[str] = set()  # the services that may have open jobs
        self.shares: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=TAIL)
        self.violations: list[Violated] = []
        self._hash = hashlib.sha256()
        self.scheduler, self.faults, self.rest = Scheduler(self), Faults(self), Rest(self)
        self.network.in_flight.clear()
        self.events.reset()
        self.outside.reset()
        self.processes = [SimulatedProcess(self, each, n + 1) for each in self._services for n in range(PROCESSES)]
        for process in self.processes:
            process.start() if self.databases else None

    @property
    def hash(self) -> str:
        """The hash of everything that happened in this run."""
        return self._hash.hexdigest()[:16]

    def note(self, text: str) -> None:
        """Write a line of the trace."""
        line = f"{self.elapsed:.3f} {text}"
        self._hash.update(line.encode())
        self.trace.append(line)

    def violate(self, kind: str, text: str) -> None:
        """Note a violation; the run ends with the next step."""
        self.note(f"VIOLATION {kind}: {text}")
        self.violations.append(Violated(kind, text))

    @property
    def steps(self) -> int:
        """The number of commits, deliveries, calls and faults in this run."""
        return self.shares.total() - self.shares["turn"]

    def step(self) -> None:
        """Let one thing happen; raises `Violated`."""
        self.choices.step_begins()
        leap, self._leap = self._leap, 0.0
        self.scheduler.move(TICK + leap)
        commits = self.shares["commit"]
        act = self.scheduler.choose()
        self.shares["turn"] += 1
        act()
        if self.judge and self.shares["commit"] > commits:
            self.judge.after_step(self)
        if self.violations:
            raise self.violations[0]

    # for actors

    def now(self) -> datetime:
        """The world's time, UTC."""
        return seeded.START + timedelta(seconds=self.elapsed)

    @property
    def stripe(self) -> Any:
        """The card provider's stand-in: payment pages and journal."""
        return self.outside.stripe

    @property
    def mailbox(self) -> list[Any]:
        """The mails that were sent."""
        return self.outside.mailbox

    @property
    def pusher(self) -> list[Any]:
        """The messages that were pushed."""
        return self.outside.pusher

    def start(self, actor: Callable[[World], Any], name: str) -> Task:
        """Start an actor."""
        return self.spawn(name, lambda: actor(self))

    def ask(self, message: Ask[Reply], context: Context | None = None, *, key: str = "", service: str = "") -> Reply:
        """Ask as the gateway does for a client; with `key`, as a request with that Idempotency-Key.

        `service` answers an ask that every service handles. Raises the service's `Refusal`, or `Unavailable` where no
        answer came in time. The judge hears the outcome.
        """
        sent = context or Context()
        if key:
            body = hashlib.sha256(codec.encode(message)).hexdigest()
            sent = Context(caller=sent.caller, if_match=sent.if_match, idempotency_key=key, fingerprint=body)
        try:
            reply: Reply = self.network.ask(message, sent, asker=None, service=service)
        except ProcessDied:
            self._tell(message, sent, key, Unavailable("the client has gone"))
            raise
        except (Refusal, Unavailable) as problem:
            self.note(f"{method_of(type(message))} -> {type(problem).__name__} {problem}")
            self._tell(message, sent, key, problem)
            raise
        self.note(f"{method_of(type(message))} -> {hashlib.sha256(codec.encode(reply)).hexdigest()[:12]}")
        self._tell(message, sent, key, reply)
        return reply

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass for everybody, with the next step."""
        self._leap += seconds
        self.turn()

    def sleep(self, seconds: float) -> None:
        """Wait until so many seconds of the world's time have passed."""
        self.wait(until=self.elapsed + seconds)

    def sql(self, service: str, statement: str, **values: Any) -> list[dict[str, Any]]:
        """The rows of a statement in a service's database; parameters are written `%(name)s`."""
        return self.databases[service].sql(statement, **values)

    def examination(self, **more: Any) -> ExaminationContext:
        """The context in which the product's own invariants are judged, at rest."""
        parked = [
            ParkedMessage(service=each.name, id=message.properties.message_id or "", type=message.properties.type or "")
            for each in self._services
            for message in self.events.broker.queues[topology.dead_letters(each.name)]
        ]
        return ExaminationContext(
            ask=self.ask_directly,
            older_than=timedelta(0),
            journal=self.stripe.journal(),
            acknowledged=self.outside.acknowledged,
            parked=parked,
            **more,
        )

    # for tasks

    def current_task(self) -> Task:
        """The task that runs."""
        assert self.running is not None
        return self.running

    def spawn(self, name: str, body: Callable[[], Any], process: SimulatedProcess | None = None) -> Task:
        """Start a task; it begins when its turn comes."""
        task = Task(name, body, process)
        self.tasks.append(task)
        if process:
            process.tasks.append(task)
        return task

    def turn(self) -> None:
        """Give the turn to the world, which may let other tasks run first."""
        task = self.running
        if task is None:
            return
        if task.process and not task.process.up:
            raise ProcessDied
        task.state = TaskState.READY
        task.pause()

    def point(self, kind: str, moment: str, about: str = "") -> None:
        """Pass a crash point: the process may die here, and other tasks may run."""
        task = self.running
        if task is None:
            return
        if task.process:
            name = f"{task.process.service.name}, {task.name}: {kind}{' ' if about else ''}{about} {moment}"
            task.at = name
            if task.process.up:
                self.points.passed(name, calm=self.calm)
            if self.fault("death", self.points.probability(name, self.mixture.deaths)):
                self.points.doomed(name)
                self.scheduler.doomed = task.process
        self.turn()

    def wait(self, *, until: float) -> None:
        """Wait for a signal, or for the time `until`."""
        task = self.current_task()
        task.signalled = False
        task.state, task.wakes = TaskState.WAITING, until
        task.pause()

    def join(self, task: Task) -> None:
        """Wait until another task has ended."""
        waiting = self.current_task()
        if task.state is not TaskState.DONE:
            task.ends.append(waiting.signal)
            self.wait(until=float("inf"))

    def repeat(self, turn: Callable[[], None], every: float) -> Callable[[], None]:
        """The renewal of a lease, in the process of the current task."""
        if self.running is None or self.running.process is None:
            return lambda: None
        return self.running.process.repeat(turn, every)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Interrupt the block after `seconds` at its current wait, and raise `Unavailable`, as the host does."""
        task = self.current_task()
        outer, task.limit = task.limit, self.elapsed + seconds
        try:
            yield
        except DeadlinePassed:
            raise Unavailable(f"{task.name} took longer than {seconds:g} s") from None
        finally:
            task.limit = outer

    def fault(self, name: str, probability: float) -> bool:
        """Whether this fault happens now; never once the world is calm."""
        if self.calm or not self.choices.chance(name, probability):
            return False
        self.note(name)
        return True

    def answers(self, ask: AskInFlight, problem: Exception) -> None:
        """A handler has raised: what is neither a refusal nor an outage is a violation."""
        if is_unexpected(problem) and not is_outage(problem):
            self.violate("unexpected error", f"{ask.service} {ask.method}: {type(problem).__name__}: {problem}"[:400])

    def statement_failed(self, code: str) -> None:
        """PostgreSQL refused a statement. A deadlock is a violation where its victim does not try again by itself."""
        if code == DEADLOCK:
            task = self.running
            self.shares["deadlock"] += 1
            self.note("deadlock")
            if task is None or task.name.startswith("ask "):
                self.violate("deadlock", task.name if task else "")

    def notice_results(self, results: Sequence[DispatchResult]) -> None:
        """What a batch of events came to."""
        for each in results:
            if each.disposition is Disposition.FAILED:
                self.violate("an event failed", each.why)

    def wrote(self, service: str, what: str) -> None:
        """A transaction of a service wrote to its `outbox`, changed a `job`, or enqueued jobs of the kind `what`."""
        if what == "outbox":
            self.outboxes.add(service)
            return
        self.with_jobs.add(service)
        if what != "job":
            self.fresh_jobs.add(what)

    # direct asks, of the judge

    def ask_directly(self, service: str, query: Ask[Any]) -> Any:
        process = next(each for each in self.processes if each.service.name == service)
        plain, context = codec.plain(query), codec.plain(Context(caller=Caller(kind="system")))
        answer = process.ask_server.handle(method_of(type(query)), plain, context)
        return codec.typed(codec.decode(codec.encode(answer.reply)), reply_type(type(query)))

    def _tell(self, message: Any, context: Context, key: str, outcome: Any) -> None:
        if self.judge:
            self.judge.answered(message, context, key, outcome)
