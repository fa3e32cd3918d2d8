"""The rows of what each operation costs, in CPU time of all processes of the system until everything is done."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from sandbox.chaos.stand_ins import MailboxControl, PusherControl
from sandbox.stack.commands import SERVICES
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stripe.client import StandInControl
from tests.bench.bench_stack import bench_stack
from tests.bench.calls import book, desk_of
from tests.bench.cost.answer_costs import ROOM_TYPE, AnswerCosts
from tests.bench.cost.backlog import Backlog
from tests.bench.cost.bare_databases import bare_databases
from tests.bench.cost.bare_model import BareModel, model_recorder
from tests.bench.cost.bare_plan import BarePlan
from tests.bench.cost.bare_process import bare_process
from tests.bench.cost.cpu import BARE_PROGRAM, BARE_SERVER, RELAY, roots_of
from tests.bench.cost.evidence import Witness
from tests.bench.cost.measured_stack import MeasuredStack
from tests.bench.cost.meter import Meter
from tests.bench.cost.read_costs import AVAILABILITY, PREVIEW, QUOTE, READ, SEARCH, STAFF_LIST, ReadCosts
from tests.bench.cost.stay_costs import ANSWER, PAYMENT, SUSTAINED, StayCosts, bare
from tests.bench.cost.stay_hotel import HOTEL, add_rooms, room, room_type
from tests.bench.cost.stays import (
    APPROVE,
    ASSIGN,
    CHANGE,
    CHECK_IN,
    CHECK_OUT,
    CREATE,
    PAY,
    SESSION,
    Stay,
    StayOperations,
    operations_of,
)
from tests.bench.cost.work_counters import SETTLED_AFTER, WorkCounters
from tests.bench.filling import fill_list, owner_url
from tests.bench.harness import Comparison, Together
from tests.bench.system import bare_server

MOST_TIMES = 1.4  # the bare program's CPU time
# CPU milliseconds at most, where there is a goal
STAYS = {CREATE: 14.0, PAYMENT: 110.0, CHANGE: None, ASSIGN: 10.0, CHECK_IN: 18.0, CHECK_OUT: 20.0}
READS = {QUOTE: 2.5, PREVIEW: None, AVAILABILITY: 2.2, READ: 2.5, STAFF_LIST: 6.0, SEARCH: 7.0}
PAYMENT_STEPS = {SESSION: None, PAY: None, APPROVE: 250.0}  # milliseconds of the p99, where there is a goal
ANSWER_MS, LEAST_RATE = 7.0, 100  # of a booking that is created: CPU milliseconds at most, and how many a second
LIST_HOTEL, LIST_TYPE, LIST_ROWS = "hotel-tokyo", "SGL", 5_000
WARM_UP, ATTEMPTS = 16, 4


@dataclass(frozen=True)
class CostOptions:
    """How many stays a round has, how many rounds there are, and how long the system settles."""

    stays: int = 200
    rounds: int = 5
    settle: float = SETTLED_AFTER


def costs(options: CostOptions, console: Console) -> Iterator[Comparison]:
    """The rows, on one system: whole stays beside the bare program, then what only reads beside a bare route."""
    with ExitStack() as things:
        stack = things.enter_context(bench_stack(MeasuredStack))
        assert isinstance(stack.postgres, PostgresNode)
        assert isinstance(stack.rabbit, RabbitNode)
        counters = things.enter_context(WorkCounters(stack.postgres, stack.rabbit, list(SERVICES)))
        backlog = Backlog(counters, things.enter_context(StandInControl(stack.stack_json["stripe"]["url"])))
        meter = Meter(roots_of(stack), counters, backlog, options.settle)
        operations, warm = _operations(stack, options), min(WARM_UP, options.stays)
        console.print("recording what each operation leaves …")
        model = _model(stack.postgres, operations, backlog)
        subjects = range(1, 1 + options.stays * (options.rounds + 1))
        urls = bare_databases(partial(_new_database, stack.postgres), model, subjects=subjects)
        plan = BarePlan.of(model, databases=urls, amqp_url=stack.rabbit.amqp_url)
        for url in urls.values():
            counters.add_database(stack.postgres, urlsplit(url).path.lstrip("/"))
        program = things.enter_context(bare_process(plan, counters))
        meter.roots[BARE_PROGRAM] = [program.process.pid]
        server = things.enter_context(bare_server(stack.postgres.create_database("bare").owner, secret="none"))
        meter.roots[BARE_SERVER] = [server.pid]
        pusher = stack.stack_json["pusher"]
        witness = Witness(
            counters, PusherControl(f"http://{pusher['host']}:{pusher['port']}"),
            MailboxControl(stack.stack_json["mailbox"]["http"]),
        )  # fmt: skip
        stays = StayCosts(meter, witness, operations, program, options.stays)
        console.print("warming up …")
        stays.warm_up([Stay(f"warm-{each}@example.com", room(0, each)) for each in range(1, 1 + warm)])
        rounds = Together(stays.run)
        yield from stay_rows(rounds)
        yield answer_row(AnswerCosts(meter, operations, meter.roots[RELAY], options.stays), rounds)
        yield from read_rows(Together(_reads(stack, meter, server.url, options, console).run))


def stay_rows(rounds: Together) -> Iterator[Comparison]:
    """The operations of a stay beside the bare program."""
    for name, most in STAYS.items():
        yield _beside("the bare program", rounds, name, goal=1 / MOST_TIMES, most_ms=most)
    for name, longest in PAYMENT_STEPS.items():
        yield _beside("the bare program", rounds, f"{name}, of a payment", measured=name, p99=longest)
    yield _beside("the bare program", rounds, SUSTAINED, least_rate=LEAST_RATE)


def answer_row(answers: AnswerCosts, rounds: Together) -> Comparison:
    """What a guest waits for, beside all that the bare program does for a booking."""
    yardstick = partial(rounds.measured, bare(ANSWER))
    return Comparison(f"cost: {ANSWER}", answers.measured, yardstick, "the bare program, all of it", most_ms=ANSWER_MS)


def read_rows(rounds: Together) -> Iterator[Comparison]:
    """The operations that only read, and the quote."""
    for name, most in READS.items():
        yield _beside("bare FastAPI, SELECT 1", rounds, name, most_ms=most)


def _beside(against: str, rounds: Together, row: str, *, measured: str = "", **goals: Any) -> Comparison:
    name = measured or row
    thing, yardstick = partial(rounds.measured, name), partial(rounds.measured, bare(name))
    return Comparison(name=f"cost: {row}", thing=thing, yardstick=yardstick, against=against, **goals)


def _operations(stack: MeasuredStack, options: CostOptions) -> StayOperations:
    known = stack.stack_json
    rooms = {room_type(0): [room(0, each) for each in range(1, 1 + WARM_UP + ATTEMPTS)]}
    for number in range(1, 1 + options.rounds):
        rooms[room_type(number)] = [room(number, each) for each in range(options.stays)]
    rooms[ROOM_TYPE] = [f"A{each}" for each in range(options.stays)]
    zone = add_rooms(known, stack.directory, rooms)
    return StayOperations(known["gateway"], known["stripe"]["url"], HOTEL, zone, desk_of(known, HOTEL))


def _new_database(postgres: PostgresNode, name: str) -> str:
    return postgres.create_database(f"bare_{name}").owner


def _model(postgres: PostgresNode, operations: StayOperations, backlog: Backlog) -> BareModel:
    """What one stay leaves. A system that has just started may answer too slowly, so several stays may be tried."""
    *more, last = [Stay(f"model-{each}@example.com", room(0, WARM_UP + each)) for each in range(1, 1 + ATTEMPTS)]
    for stay in more:
        with suppress(AssertionError):
            return _recorded(postgres, operations, backlog, stay)
    return _recorded(postgres, operations, backlog, last)


def _recorded(postgres: PostgresNode, operations: StayOperations, backlog: Backlog, stay: Stay) -> BareModel:
    with model_recorder(postgres, SERVICES) as recorder:
        for name, operate in operations_of(operations, room_type(0)).items():

            def perform(operate: Any = operate) -> None:
                backlog.mark()
                operate([stay])
                backlog.drain()

            recorder.record(name, perform)
        return recorder.model


def _reads(stack: MeasuredStack, meter: Meter, bare: str, options: CostOptions, console: Console) -> ReadCosts:
    known = stack.stack_json
    booking_id, token = book(known["gateway"], LIST_HOTEL, LIST_TYPE)
    console.print(fill_list(owner_url(stack, "bookings"), model=booking_id, hotel=LIST_HOTEL, rows=LIST_ROWS))
    meter.forget_rest()
    return ReadCosts(
        meter=meter, gateway=known["gateway"], bare=bare, hotel=LIST_HOTEL, room_type=LIST_TYPE,
        desk=desk_of(known, LIST_HOTEL), booking_hotel=LIST_HOTEL, booking_id=booking_id, guest_token=token,
        requests=3 * options.stays,
    )  # fmt: skip
