"""The world: it alone decides which task goes on, what is delivered, what fails and when time passes."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chassis import codec, time_limits
from chassis.messaging import topology
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.refusal import Refusal, Unavailable
from chassis.service import Service, method_of
from chassis.settings import ServiceSettings
from chassis.transactions import renewal
from contracts.message import Ask, Query, reply_type
from contracts.values import Caller, Context
from hotelmate.invariants.context import ExaminationContext, ParkedMessage
from services.payments.steps import backoff
from tests.simulation import seeded
from tests.simulation.choices import Choices
from tests.simulation.crash_points import CrashPoints
from tests.simulation.databases import SimulatedDatabase
from tests.simulation.events import LOST_AFTER, EventDelivering
from tests.simulation.lock_oracle import LockOracle
from tests.simulation.mixture import QUIET, Mixture, drawn
from tests.simulation.network import AskInFlight, Network, is_unexpected
from tests.simulation.outside import Outside
from tests.simulation.processes import Loop, SimulatedProcess
from tests.simulation.tasks import DeadlinePassed, ProcessDied, Task, TaskState

Reply = TypeVar("Reply")

TICK = 0.001  # seconds that pass with each step
PROCESSES = 2  # of each service
TAIL = 400  # lines of the trace that are kept
DEADLOCK = "40P01"
REST = 3 * 3600.0  # seconds; what happens later than that is not waited for

_NEXT_JOBS = """
    SELECT kind, min(greatest(try_at, not_before)) AS due FROM job WHERE done_at IS NULL AND gave_up_at IS NULL
    GROUP BY kind ORDER BY kind
"""


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
        self._current: Task | None = None
        self.oracle = LockOracle(admin_url, lambda: self._current, lambda: self.elapsed)
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
        self._mark = 0.0
        self._leaps: deque[float] = deque()
        self.mixture = mixture or drawn(choices)
        self.tasks: list[Task] = []
        self.outboxes: set[str] = set()
        self.fresh_jobs: set[str] = set()
        self.shares: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=TAIL)
        self.violations: list[Violated] = []
        self._hash = hashlib.sha256()
        self._doomed: SimulatedProcess | None = None
        self._frozen_since: dict[str, float] = {}
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
        self._move(TICK + leap)
        commits = self.shares["commit"]
        act = self._chosen()
        self.shares["turn"] += 1
        act()
        if self.judge and self.shares["commit"] > commits:
            self.judge.after_step(self)
        if self.violations:
            raise self.violations[0]

    # rest

    def becomes_calm(self) -> None:
        """Stop all faults: actors go, processes come back, and nothing is lost or late any more."""
        self.calm = True
        self.mixture = replace(self.mixture, slow=0.0)
        for task in [each for each in self.tasks if each.process is None]:
            self._throw(task, ProcessDied())
        for process in self.processes:
            if process.frozen:
                self._thaw(process)
            if not process.up:
                self._restart(process)
        self._mark = self.elapsed
        self._leaps = deque((5.0, 90.0, 600.0))

    def is_busy(self) -> bool:
        """Whether anything is left to do at this time."""
        return bool(
            self.network.in_flight
            or self.outboxes
            or any(task.runs for task in self.tasks)
            or any(each.due <= self.elapsed for each in self.outside.webhooks)
            or any(self._is_due(loop) for each in self.processes for loop in each.loops)
            or any(each.asks for each in self.processes)
            or self.events.deliverable()
        )

    def pass_time_at_rest(self) -> bool:
        """Let time pass to what happens next; returns False where nothing does any more."""
        times = [time for time in self._wakes() + self._retries() if time < self.elapsed + REST]
        if times:
            seconds = max(TICK, min(times) - self.elapsed)
        elif self._leaps:
            seconds = self._leaps.popleft()
        else:
            return False
        self._move(seconds)
        self._mark = self.elapsed
        self._wake_due()
        self.note("time passes at rest")
        return True

    def unfinished(self) -> str:
        """What is left to do, in words."""
        left = {
            "tasks": [f"{task.name} {task.state.name} {task.at}" for task in self.tasks],
            "asks": [ask.method for ask in self.network.in_flight],
            "outboxes": sorted(self.outboxes),
            "queues": {name: len(queue) for name, queue in self.events.broker.queues.items() if queue},
            "webhooks": len(self.outside.webhooks),
        }
        return ", ".join(f"{name}: {what}" for name, what in left.items() if what)

    def _retries(self) -> list[float]:
        """The times at which open jobs are due."""
        return [time for service in self.databases for time in self._jobs_due(service).values()]

    def _jobs_due(self, service: str) -> dict[str, float]:
        rows = self.databases[service].sql(_NEXT_JOBS)
        return {row["kind"]: (row["due"] - seeded.START).total_seconds() for row in rows}

    def _wake_due(self) -> None:
        """Have the processes of a service with due jobs look for them, as they do every second."""
        for service in self.databases:
            due = {kind for kind, time in self._jobs_due(service).items() if time <= self.elapsed}
            living = [each for each in self.processes if each.service.name == service and each.up] if due else []
            for process in living[:1] if self.calm else living:
                process.wake(due)

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
        assert self._current is not None
        return self._current

    def spawn(self, name: str, body: Callable[[], Any], process: SimulatedProcess | None = None) -> Task:
        """Start a task; it begins when its turn comes."""
        task = Task(name, body, process)
        self.tasks.append(task)
        if process:
            process.tasks.append(task)
        return task

    def turn(self) -> None:
        """Give the turn to the world, which may let other tasks run first."""
        task = self._current
        if task is None:
            return
        if task.process and not task.process.up:
            raise ProcessDied
        task.state = TaskState.READY
        task.pause()

    def point(self, kind: str, moment: str, about: str = "") -> None:
        """Pass a crash point: the process may die here, and other tasks may run."""
        task = self._current
        if task is None:
            return
        if task.process:
            name = f"{task.process.service.name}, {task.name}: {kind}{' ' if about else ''}{about} {moment}"
            task.at = name
            self.points.passed(name)
            if self.fault("death", self.mixture.deaths):
                self._doomed = task.process
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
        if self._current is None or self._current.process is None:
            return lambda: None
        return self._current.process.repeat(turn, every)

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
        if is_unexpected(problem) and not _is_outage(problem):
            self.violate("unexpected error", f"{ask.service} {ask.method}: {type(problem).__name__}: {problem}"[:400])

    def statement_failed(self, code: str) -> None:
        """PostgreSQL refused a statement. A deadlock is a violation where its victim does not try again by itself."""
        if code == DEADLOCK:
            task = self._current
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
        """A transaction of a service wrote to its `outbox`, or enqueued jobs of the kind `what`."""
        if what == "outbox":
            self.outboxes.add(service)
        else:
            self.fresh_jobs.add(what)

    # what may happen next

    def _chosen(self) -> Callable[[], Any]:
        """Choose what happens next; returns the function that does it."""
        mixture = self.mixture
        self.outside.notice_webhooks()
        self.events.broker.expire()
        living = [process for process in self.processes if process.up and not process.frozen]
        ready = [task for task in self.tasks if task.runs]
        asks = [each for each in living if each.asks and each.asks_running < 10]
        due = [(each, loop) for each in living for loop in each.loops if self._is_due(loop)]
        woken = [pair for pair in due if pair[1].woken]
        webhooks = [each for each in self.outside.webhooks if each.due <= self.elapsed]
        outboxes = sorted(self.outboxes)
        partitions = self.events.deliverable()
        options: list[tuple[str, float, Sequence[Any], Callable[[Any], Any]]] = [
            ("run", 10.0, ready, self._run),
            ("ask", 8.0, self.network.in_flight, lambda each: self.note(self.network.deliver(each))),
            ("ask", 8.0, asks, lambda each: self.note(self.network.begin(each))),
            ("deliver", 4.0, partitions, lambda each: self.note(self.events.deliver(each))),
            ("publish", 4.0, outboxes, lambda each: self.note(self.events.publish(each))),
            ("loop", 4.0, woken, self._begin_loop),
            ("webhook", 2.0, webhooks, lambda each: self.note(self.outside.send(each))),
        ]
        options = [each for each in options if each[2]]
        busy = bool(options)
        if due:
            options.append(("loop", 0.15 if busy else 2.0, due, self._begin_loop))
        down = [each for each in self.processes if not each.up]
        frozen = [each for each in self.processes if each.frozen]
        if down:
            options.append(("restart", 0.3, down, self._restart))
        if frozen:
            options.append(("thaw", 0.3, frozen, self._thaw))
        if not self.calm and mixture.freezes and living:
            options.append(("freeze", mixture.freezes, living, self._freeze))
        if mixture.slow if busy else not (due and self.calm):
            options.append(("time", mixture.slow if busy else 1.0, [busy], self._pass_time))
        weights = [each[1] for each in options]
        kind, _, candidates, act = self.choices.pick("step", options, weights)
        candidate = candidates[0] if len(candidates) == 1 else self.choices.pick(kind, candidates)
        return lambda: act(candidate)

    def _run(self, task: Task) -> None:
        self.note(f"run {task.process.name + ' ' if task.process else ''}{task.name}")
        self._current = task
        try:
            task.resume()
        finally:
            self._current = None
        if self._doomed:
            doomed, self._doomed = self._doomed, None
            self._kill(doomed)
        self._forget(task)

    def _forget(self, task: Task) -> None:
        if task.state is not TaskState.DONE or task not in self.tasks:
            return
        self.tasks.remove(task)
        if task.process:
            task.process.tasks.remove(task)
        if task.failure is not None:
            problem = task.failure
            if task.process is None or not _is_outage(problem):
                self.violate("a task failed", f"{task.name}: {type(problem).__name__}: {problem}"[:600])
            else:
                self.note(f"{task.name} failed: {type(problem).__name__}")

    def _is_due(self, loop: Loop) -> bool:
        if loop.task is not None:
            return False
        if self.calm:  # the first process of each service is enough, and its job loops look when a job is due
            return loop.woken or (loop.due <= self._mark and loop.settles)
        return loop.woken or (loop.due <= self.elapsed and not loop.wakes)

    def _begin_loop(self, pair: tuple[SimulatedProcess, Loop]) -> None:
        process, loop = pair
        loop.woken = False
        loop.task = self.spawn(loop.name, loop.body, process)
        self.note(f"{process.name} begins {loop.name}")

        def ended() -> None:
            loop.task = None
            loop.due = self.elapsed + loop.every

        loop.task.ends.append(ended)

    # faults

    def _kill(self, process: SimulatedProcess) -> None:
        self.note(f"{process.name} dies")
        self.shares["kill"] += 1
        process.die()
        for task in list(process.tasks):
            if task.at:
                self.points.hit(task.at)
            self._throw(task, ProcessDied())

    def _restart(self, process: SimulatedProcess) -> None:
        self.note(f"{process.name} starts")
        self.shares["restart"] += 1
        process.start()

    def _freeze(self, process: SimulatedProcess) -> None:
        self.note(f"{process.name} freezes")
        self.shares["freeze"] += 1
        process.frozen = True
        self._frozen_since[process.name] = self.elapsed

    def _thaw(self, process: SimulatedProcess) -> None:
        self.note(f"{process.name} thaws")
        process.frozen = False
        self._overdue()

    def _throw(self, task: Task, problem: BaseException) -> None:
        """Raise in a task, at its current wait."""
        self._current = task
        try:
            task.throw(problem)
        finally:
            self._current = None
        self._forget(task)

    # time

    def _pass_time(self, busy: bool) -> None:  # noqa: FBT001
        if busy:
            seconds = self.choices.pick("seconds", (0.05, 0.5, 2.0, 6.0, 15.0), (8, 6, 3, 1, 0.3))
        else:
            seconds = max(TICK, min(self._wakes(), default=self.elapsed + 1.0) - self.elapsed)
        self._move(seconds)
        if not busy:
            self._wake_due()
        self.note("time passes")

    def _wakes(self) -> list[float]:
        """The times at which something happens by itself, but for the loops."""
        times = [task.wakes for task in self.tasks if task.wakes is not None]
        times += [each.due for each in self.outside.webhooks]
        expiry = self.events.broker.next_expiry()
        return [*times, *([expiry] if expiry is not None else [])]

    def _move(self, seconds: float) -> None:
        seeded.move(seconds)
        self.elapsed += seconds
        for task in self.tasks:
            if task.wakes is not None and task.wakes <= self.elapsed and not (task.process and task.process.frozen):
                task.state, task.wakes = TaskState.READY, None
        if seconds > TICK:
            self._overdue()

    def _overdue(self) -> None:
        """End what the database, the broker and the host end when time has passed."""
        self.stripe.advance(0)
        for each in list(self.oracle.parked):
            if each.task.state is TaskState.BLOCKED and self.elapsed - each.since > time_limits.LOCK:
                self.note(f"{each.task.name} waits too long for a lock")
                self.oracle.cancel(each)
        for database in self.databases.values():
            for connection in database.idle(time_limits.IDLE_IN_TRANSACTION):
                self.note("a transaction was idle for too long")
                self.oracle.end_session(connection)
        for process in self.processes:
            if process.frozen and self.elapsed - self._frozen_since[process.name] > LOST_AFTER:
                self.events.connection_lost(process)
        for task in list(self.tasks):
            frozen = task.process and task.process.frozen
            if task.limit is not None and task.limit < self.elapsed and not frozen:
                self.note(f"the deadline of {task.name} passes")
                self._throw(task, DeadlinePassed())

    # direct asks, of the judge

    def ask_directly(self, service: str, query: Query[Any]) -> Any:
        process = next(each for each in self.processes if each.service.name == service)
        plain, context = codec.plain(query), codec.plain(Context(caller=Caller(kind="system")))
        answer = process.ask_server.handle(method_of(type(query)), plain, context)
        return codec.typed(codec.decode(codec.encode(answer.reply)), reply_type(type(query)))

    def _tell(self, message: Any, context: Context, key: str, outcome: Any) -> None:
        if self.judge:
            self.judge.answered(message, context, key, outcome)


def _is_outage(problem: BaseException) -> bool:
    from chassis.transactions.unit_of_work import is_outage  # noqa: PLC0415

    return is_outage(problem)
