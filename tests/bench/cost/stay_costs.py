"""Rounds of whole stays, each operation of each round measured, on the real system and by the bare program."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.cost.bare_process import BareProcess
from tests.bench.cost.cpu import BARE_PROGRAM, GROUPS, POSTGRESQL, RABBITMQ
from tests.bench.cost.evidence import Witness, mismatches
from tests.bench.cost.meter import DRAINED, MILLISECONDS, TOTAL, Meter
from tests.bench.cost.reading import sum_of
from tests.bench.cost.stay_hotel import room, room_type
from tests.bench.cost.stays import APPROVE, CREATE, EXPECTED, PAY, SESSION, Stay, StayOperations, operations_of
from tests.bench.harness import Measured

PAYMENT, SUSTAINED, ANSWER = "payment", "create, sustained", "create, until its answer"
PAYMENT_OPERATIONS = (SESSION, PAY, APPROVE)
BARE_GROUPS = (BARE_PROGRAM, RABBITMQ, POSTGRESQL)


def bare(operation: str) -> str:
    """The name of the bare program's result."""
    return f"bare {operation}"


@dataclass
class StayCosts:
    """Measures rounds of `stays` stays each."""

    meter: Meter
    witness: Witness
    operations: StayOperations
    bare_program: BareProcess
    stays: int
    _round: int = field(default=0, init=False)

    def run(self) -> dict[str, Measured]:
        """One round: each operation's cost, and the bare program's, which takes turns in being the first."""
        self._round += 1
        turns = [self._system_round, self._bare_round]
        results: dict[str, Measured] = {}
        for turn in turns if self._round % 2 else reversed(turns):
            self.meter.forget_rest()
            results |= turn()
        return results

    def warm_up(self, stays: Sequence[Stay]) -> None:
        """Whole stays and bare ones that do not count."""
        for name, operate in operations_of(self.operations, room_type(0)).items():
            with self._checked(name, stays):
                self.meter.backlog.mark()
                operate(stays)
                self.meter.backlog.drain()
        for name in EXPECTED:
            self.bare_program.perform(name, range(1, 1 + len(stays)))

    def _system_round(self) -> dict[str, Measured]:
        number = self._round
        stays = [Stay(f"bench-{number}-{each}@example.com", room(number, each)) for each in range(self.stays)]
        results = {}
        for name, operate in operations_of(self.operations, room_type(number)).items():
            load: list[Measured] = []
            with self._checked(name, stays):
                cost = self.meter.cost(
                    lambda operate=operate, load=load: load.append(operate(stays)),  # type: ignore[misc]
                    operations=len(stays),
                    groups=GROUPS,
                )
            results[name] = _measured(len(stays), cost, load[0].latencies)
        results[SUSTAINED] = _sustained(results[CREATE])
        return results | {PAYMENT: _payment([results[name] for name in PAYMENT_OPERATIONS])}

    @contextmanager
    def _checked(self, name: str, stays: Sequence[Stay]) -> Iterator[None]:
        """Raises AssertionError where the block leaves other rows, pushes or mails than one operation of each stay."""
        self.witness.mark()
        yield
        guests = {stay.booking_id: stay.email for stay in stays}
        if lines := mismatches(EXPECTED[name], self.witness.observe(guests), guests=guests):
            raise AssertionError(f"{name}: {'; '.join(lines)}")

    def _bare_round(self) -> dict[str, Measured]:
        first = 1 + self.stays * self._round
        subjects = range(first, first + self.stays)
        results = {}
        for name in EXPECTED:
            with self.bare_program.checked(name, subjects):
                cost = self.meter.cost(
                    lambda name=name: self.bare_program.perform(name, subjects),  # type: ignore[misc]
                    operations=self.stays,
                    groups=BARE_GROUPS,
                )
            results[bare(name)] = _measured(self.stays, cost, ())
        created = results[bare(CREATE)]
        results |= {bare(SUSTAINED): _sustained(created), bare(ANSWER): created}
        return results | {bare(PAYMENT): _payment([results[bare(name)] for name in PAYMENT_OPERATIONS])}


def _measured(done: int, cost: Mapping[str, float], latencies: Sequence[float]) -> Measured:
    """The rate is by second of CPU time."""
    return Measured(done, done * cost.get(TOTAL, 0.0) / MILLISECONDS, latencies, cost)


def _sustained(created: Measured) -> Measured:
    """The rate at which bookings are created and everything afterwards is done, by the clock."""
    return Measured(created.done, created.done * created.cost[DRAINED] / MILLISECONDS)


def _payment(parts: Sequence[Measured]) -> Measured:
    cost = sum_of([part.cost for part in parts])
    return _measured(parts[0].done, cost, ())
