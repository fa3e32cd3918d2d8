"""A run: faults one after the other under load, a judgement whenever some have passed, and one at the end."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.chaos import attribution
from sandbox.chaos.client.load import Load
from sandbox.chaos.client.probes import RouteProbes
from sandbox.chaos.faults.inbox_lag import InboxLag
from sandbox.chaos.faults.injection import inject
from sandbox.chaos.faults.plan import PlannedFault
from sandbox.chaos.faults.table import POISON_KINDS, FaultKind
from sandbox.chaos.judge.judge import ChaosJudge
from sandbox.chaos.judge.violation import ChaosViolation
from sandbox.chaos.outcome import MIN_REQUESTS, FaultOutcome
from sandbox.chaos.system import ChaosSystem

HOTELS = ("hotel-killarney", "hotel-kilkenny", "hotel-tokyo")
REST_WITHIN = 120.0
RECOVERY_TIMEOUT = 90.0  # seconds for a recovery
BACKLOG_WITHIN = 30.0
NEIGHBOURS_WITHIN = 1.0
EXTENDED_FAULT_SECONDS = 20.0  # the longest that a fault is extended to until enough requests were under way

Say = Callable[[str], None]


@dataclass
class ChaosRun:
    """A run over one system.

    `goal` is the longest recovery in seconds, `rest_every` the number of faults between judgements, `between_faults`
    the seconds from one fault to the next.
    """

    system: ChaosSystem
    load: Load
    goal: float = 10.0
    rest_every: int = 16
    between_faults: float = 1.5
    say: Say = print
    began: float = field(default_factory=time.monotonic)
    outcomes: list[FaultOutcome] = field(default_factory=list)
    unassigned: list[ChaosViolation] = field(default_factory=list)
    judged: int = 0
    _unexpected: int = 0
    _attributed: int = 0
    _measured: int = 0

    def go(self, plan: Sequence[PlannedFault], *, until: float = float("inf")) -> None:
        """Run the plan, at most until a monotonic moment, and judge. The load has not been started."""
        self.began = time.monotonic()
        self.load.start()
        desks = {hotel.slug: hotel.desk for hotel in self.load.signed_in}
        judge = ChaosJudge(self.system.url, self.system.stack_json, desks, self.load.acknowledgements)
        try:
            probes = RouteProbes(self.system.url, self.load.signed_in[0], self.load.probed_stay())
            for fault in plan:
                if time.monotonic() > until:
                    break
                self._run_fault(fault, probes)
                if fault.number % self.rest_every == 0 and fault is not plan[-1]:
                    self._rest(judge.judge_recent)
            self._rest(judge.judge_everything)
        finally:
            self.load.stop()
            judge.close()
            self.judged = judge.judged

    def violations(self) -> list[ChaosViolation]:
        """Every violation, in order of faults; those of no fault first."""
        return [*self.unassigned, *(each for outcome in self.outcomes for each in outcome.violations)]

    def _run_fault(self, fault: PlannedFault, probes: RouteProbes) -> None:
        time.sleep(self.between_faults)
        self.load.check()
        outcome = FaultOutcome(fault, injected=time.monotonic())
        self.outcomes.append(outcome)
        if fault.cell.kind in POISON_KINDS:
            self._inject_poison(outcome)
        else:
            self._inject_and_heal(outcome)
        outcome.recovered, refused = probes.wait_for_service(RECOVERY_TIMEOUT)
        self._await_ready(outcome)
        if refused:
            self._violates(outcome, "full service again", f"after {RECOVERY_TIMEOUT:g} s: {refused}")
        if fault.cell.kind is FaultKind.OUTAGE:
            self._backlog(outcome)
        outcome.attempts = self.load.log.between(outcome.injected, outcome.recovered)
        if not outcome.counts:
            outcome.note += f" only {outcome.under_way} requests under way"
        self._show(outcome)

    def _inject_and_heal(self, outcome: FaultOutcome) -> None:
        fault = outcome.fault
        injection = inject(self.system, fault)
        self._hold(outcome)
        outcome.healed = time.monotonic()
        injection.heal()

    def _await_ready(self, outcome: FaultOutcome) -> None:
        """Wait until the faulty process does its own work again, which others did meanwhile."""
        for name in outcome.fault.processes:
            try:
                self.system.processes[name].wait_ready(RECOVERY_TIMEOUT)
                outcome.ready = time.monotonic() - outcome.healed
            except TimeoutError as problem:
                self._violates(outcome, "process is ready again", str(problem))

    def _inject_poison(self, outcome: FaultOutcome) -> None:
        """Inject and heal a poisoned message, and measure how much longer other events of the inbox wait."""
        fault, calm = outcome.fault, time.monotonic()
        with InboxLag(self.system.stack_json["databases"], fault.cell.process) as lag:
            time.sleep(fault.seconds)
            outcome.injected = time.monotonic()
            injection = inject(self.system, fault)
            self._hold(outcome)
            before = lag.longest(calm, outcome.injected)
            delay = lag.longest(outcome.injected, time.monotonic()) - before
        outcome.healed = time.monotonic()
        injection.heal()
        outcome.note = f"neighbours waited {max(delay, 0):.2f} s longer"
        if delay > NEIGHBOURS_WITHIN:
            self._violates(outcome, "poison delays neighbours ≤ 1 s", f"{delay:.2f} s longer than before")
        for problem in injection.problems:
            self._violates(outcome, "poison is parked", problem)

    def _hold(self, outcome: FaultOutcome) -> None:
        """Let the fault last as planned, and on until enough requests were under way."""
        time.sleep(outcome.fault.seconds)
        deadline = outcome.injected + EXTENDED_FAULT_SECONDS
        while time.monotonic() < deadline:
            now = time.monotonic()
            if len(self.load.log.between(outcome.injected, now)) >= MIN_REQUESTS:
                return
            time.sleep(0.2)

    def _backlog(self, outcome: FaultOutcome) -> None:
        """After an outage of a minute, all that waited is done in half a minute."""
        self.load.pause(within=BACKLOG_WITHIN)
        took = time.monotonic() - outcome.healed
        try:
            self.system.wait_for_rest(max(BACKLOG_WITHIN - took, 1.0))
            outcome.note += f" backlog drained in {time.monotonic() - outcome.healed:.1f} s"
        except TimeoutError as problem:
            self._violates(outcome, "backlog drains within 30 s", str(problem))
        self.load.resume()

    def _rest(self, judge: Callable[[], list[ChaosViolation]]) -> None:
        """Pause the clients, wait for rest, and judge; then go on."""
        began = time.monotonic()
        if not self.load.pause(within=REST_WITHIN):
            self.unassigned.append(ChaosViolation("clients come to an end", "the clients", "some still wait", began))
        paused = time.monotonic()
        try:
            self.system.wait_for_rest(REST_WITHIN)
        except TimeoutError as problem:
            self._assign([ChaosViolation("the system comes to rest", "the system", str(problem), began)])
        rested = time.monotonic()
        violations = judge()
        unexpected = self.load.log.unexpected[self._unexpected :]
        self._unexpected += len(unexpected)
        violations += [
            ChaosViolation("expected status", f"{x.operation} {x.subject}", x.what, x.at) for x in unexpected
        ]
        violations += self._failures()
        self._assign(violations)
        times = f"{paused - began:.0f} s until the clients had ended, {rested - paused:.0f} s until rest"
        self.say(f"      {times}, {time.monotonic() - rested:.0f} s to judge: {len(violations)} violations")
        for violation in violations[:10]:
            self.say(f"        {violation.check}: {violation.subject}: {violation.what[:300]}")
        self.load.resume()

    def _failures(self) -> list[ChaosViolation]:
        """Requests that failed without an excuse, and faults whose recovery lasted too long, since the last time."""
        attempts, self._attributed = self.load.log.attempts[self._attributed :], len(self.load.log.attempts)
        violations = attribution.attribute(attempts, self.outcomes, goal=self.goal)
        for outcome in self.outcomes[self._measured :]:
            outcome.attempts = self.load.log.between(outcome.injected, outcome.recovered)
            if outcome.recovery > self.goal:
                self._violates(outcome, f"full service within {self.goal:g} s", f"after {outcome.recovery:.1f} s")
        self._measured = len(self.outcomes)
        return violations

    def _assign(self, violations: Sequence[ChaosViolation]) -> None:
        self.unassigned += attribution.assign(violations, self.outcomes)

    def _violates(self, outcome: FaultOutcome, check: str, what: str) -> None:
        outcome.violations.append(ChaosViolation(check, str(outcome.fault), what, outcome.injected))

    def _show(self, outcome: FaultOutcome) -> None:
        fault = outcome.fault
        failed = sum(attempt.failed for attempt in outcome.attempts)
        text = f"recovered in {outcome.recovery:5.1f} s, {failed:3d} of {len(outcome.attempts):4d} requests failed"
        self.say(f"{fault.number:4d}  {fault!s:38s} {outcome.healed - outcome.injected:5.1f} s, {text}  {outcome.note}")
        for violation in outcome.violations:
            self.say(f"        {violation.check}: {violation.subject}: {violation.what[:300]}")
