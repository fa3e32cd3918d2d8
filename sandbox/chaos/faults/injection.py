"""How each kind of fault is injected and healed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.chaos.faults.plan import PlannedFault
from sandbox.chaos.faults.poison import PoisonedInbox
from sandbox.chaos.faults.table import LINK_KINDS, POISON_KINDS, WEBHOOK_KINDS, FaultKind
from sandbox.chaos.links import Link
from sandbox.chaos.processes import SystemProcess
from sandbox.chaos.system import ChaosSystem

READY_WITHIN = 60.0
LINK_DELAY, PROVIDER_DELAY = 0.3, 3.0  # seconds
DROPPED_WEBHOOKS = 3
CALLS = r"^/v1/"  # of the provider's API, unlike its payment page

Heal = Callable[[], None]


@dataclass
class Injection:
    """A fault that was injected. `heal` ends it; `problems` are what it shows by itself."""

    heal: Heal
    problems: list[str] = field(default_factory=list)


def inject(system: ChaosSystem, fault: PlannedFault) -> Injection:
    """Inject the fault. A rolling restart is over when this returns."""
    kind, process = fault.cell.kind, fault.cell.process
    if kind in POISON_KINDS:
        return _poison(system, process, kind)
    if kind in WEBHOOK_KINDS:
        return Injection(_webhooks(system, kind))
    if kind in LINK_KINDS:
        where, _, what = kind.name.partition("_")
        return Injection(_link(system.links[f"{fault.instance}/{where.lower()}"], what))
    if process in ("stripe", "pusher", "mailbox"):
        return Injection(_provider(system, process, kind))
    processes = [system.processes[name] for name in fault.processes]
    if kind is FaultKind.ROLLING:
        for each in processes:
            _restart(each)
        return Injection(lambda: None)
    if kind is FaultKind.BOTH_KILLED:
        for each in processes:
            each.kill()
        return Injection(lambda: _start(processes))
    return Injection(_process(processes[0], kind))


def _process(process: SystemProcess, kind: FaultKind) -> Heal:
    match kind:
        case FaultKind.KILL | FaultKind.OUTAGE:
            process.kill()
            return process.start
        case FaultKind.RESTART:
            process.stop()
            return process.start
        case _:
            process.freeze()
            return process.thaw


def _start(processes: Sequence[SystemProcess]) -> None:
    for process in processes:
        process.start()


def _restart(process: SystemProcess) -> None:
    process.stop()
    process.start()
    process.wait_ready(READY_WITHIN)


def _link(link: Link, what: str) -> Heal:
    match what:
        case "DELAY":
            link.delay(LINK_DELAY)
        case "RESET":
            link.reset()
        case _:
            link.blackhole()
    return link.heal


def _provider(system: ChaosSystem, process: str, kind: FaultKind) -> Heal:
    slow = kind is FaultKind.SLOW
    if process == "pusher":
        system.pusher.fault("delay" if slow else "fail_before", times=None, seconds=PROVIDER_DELAY, status=503)
        return system.pusher.lift_faults
    if process == "mailbox":
        system.mailbox.fault("delay" if slow else "tempfail", times=None, seconds=PROVIDER_DELAY)
        return system.mailbox.lift_faults
    match kind:
        case FaultKind.SLOW:
            system.stripe.fault("delay", path=CALLS, seconds=PROVIDER_DELAY, times=None)
        case FaultKind.DOWN:
            system.stripe.fault("fail_before", path=CALLS, drop=True, times=None)
        case _:
            system.stripe.fault("fail_after", path=CALLS, method="POST", status=500, times=None)
    return system.stripe.lift_faults


def _webhooks(system: ChaosSystem, kind: FaultKind) -> Heal:
    def heal() -> None:
        system.stripe.webhooks(copies=1, paused=False)
        if kind is FaultKind.WEBHOOKS_REORDERED:
            time.sleep(1)  # what has waited goes out in another order first
            system.stripe.webhooks(order="queued")

    match kind:
        case FaultKind.WEBHOOKS_DOUBLED:
            system.stripe.webhooks(copies=2)
        case FaultKind.WEBHOOKS_REORDERED:  # only events that are due together are reordered
            system.stripe.webhooks(order="shuffle", paused=True)
        case _:
            system.stripe.drop_events(times=DROPPED_WEBHOOKS)
    return heal


def _poison(system: ChaosSystem, service: str, kind: FaultKind) -> Injection:
    inbox = PoisonedInbox(system.stack_json["amqp"], service)
    inbox.publish(kind)

    def heal() -> None:
        if not inbox.take_back():
            injection.problems.append("the poisoned message is not among the dead letters")

    injection = Injection(heal)
    return injection
