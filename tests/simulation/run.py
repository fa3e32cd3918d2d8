"""One run: actors act while the world has its faults, then faults stop, and at rest the judge examines everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.simulation import seeded
from tests.simulation.actors import start_actors
from tests.simulation.choices import Choices
from tests.simulation.judge import Judge
from tests.simulation.run_record import Violated
from tests.simulation.tasks import ProcessDied, TaskState
from tests.simulation.world import World

ROUNDS_TO_REST = 400
STEPS_TO_REST = 6_000


@dataclass
class RunResult:
    """The result of a run. `violation` is empty where every promise held; `kind` names the promise that was broken.

    `coverage` counts what was judged of changes that are paid first, and of room plans.
    """

    seed: int
    steps: int
    hash: str
    kind: str
    violation: str
    shares: Mapping[str, int]
    answers: Counter[str]
    coverage: Counter[str]
    tape: list[int]
    starts: list[int]
    trace: list[str]


def run(world: World, seed: int, steps: int, *, tape: Sequence[int] | None = None) -> RunResult:
    """Run one seed for so many steps, and then until rest; with `tape`, its choices are replayed."""
    choices, judge, waits = Choices(seed, tape), Judge(), world.oracle.waits
    prepare(world, seed, choices)
    record, world.judge = world.record, judge
    broken: Violated | None = None
    try:
        start_actors(world)
        while record.steps < steps:
            world.step()
        come_to_rest(world)
        judge.at_rest(world)
        record.raise_violation()
    except Violated as violated:
        broken = violated
    finally:
        end_tasks(world)
    return RunResult(
        seed=seed,
        steps=record.steps,
        hash=record.hash,
        kind=broken.kind if broken else "",
        violation=str(broken) if broken else "",
        shares={**record.shares, "lock wait": world.oracle.waits - waits, "check-out": judge.check_outs},
        answers=judge.answers,
        coverage=judge.coverage,
        tape=choices.tape,
        starts=choices.steps,
        trace=list(record.trace),
    )


def prepare(world: World, seed: int, choices: Choices) -> None:
    """Reset everything to the beginning of a run of this seed."""
    seeded.begin(seed)
    world.elapsed = 0.0
    for database in world.databases.values():
        database.reset()
    world.begin(choices)


def come_to_rest(world: World) -> None:
    """Stop all faults and let time pass until nothing is left to do.

    Raises `Violated` where rest is not reached: that is liveness.
    """
    world.rest.begin()
    most = world.record.steps + STEPS_TO_REST
    for _ in range(ROUNDS_TO_REST):
        while world.rest.is_busy():
            world.step()
            if world.record.steps > most:
                raise Violated("liveness", f"no rest after {STEPS_TO_REST} steps: {world.rest.unfinished()}")
        if not world.rest.pass_time():
            return
    raise Violated("liveness", f"no rest: {world.rest.unfinished()}")


def end_tasks(world: World) -> None:
    """End all tasks of a run."""
    for task in list(world.turns.tasks):
        if task.state is not TaskState.DONE:
            task.throw(ProcessDied())
    world.turns.tasks.clear()
