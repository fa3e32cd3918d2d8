"""What growth costs: lists of a hotel with many bookings beside one with few, and a create with many stored."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from rich.console import Console

from sandbox.stack.commands import SERVICES
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from sandbox.stripe.client import StandInControl
from tests.bench.bench_stack import bench_stack
from tests.bench.calls import book, desk_of
from tests.bench.cost.backlog import Backlog
from tests.bench.cost.cpu import GROUPS, cpu_by_group, roots_of
from tests.bench.cost.measured_stack import MeasuredStack
from tests.bench.cost.meter import MILLISECONDS, TOTAL, Meter
from tests.bench.cost.stays import CLIENTS
from tests.bench.cost.work_counters import SETTLED_AFTER, WorkCounters
from tests.bench.filling import drawn_name, fill_hotels, fill_list, owner_url
from tests.bench.harness import Comparison, Measured
from tests.bench.http_load import Request, load
from tests.bench.over_http import creation

FEW, MORE, MANY = 5_000, 25_000, 100_000  # bookings of one hotel
HOTELS = {FEW: ("hotel-tokyo", "SGL"), MORE: ("hotel-kilkenny", "DBL"), MANY: ("hotel-killarney", "SGL")}
STORED_BEFORE = 1_000
MOST_TIMES = 1.3
REQUESTS = 150
QUERIES = {
    "list": "page={number}",
    "filters": "status=PENDING_PAYMENT&source=online&page={number}",
    "counts": "include_counts=true&page={number}",
    "search": "search={name}",
}


@dataclass(frozen=True)
class GrowthOptions:
    """How many bookings are `stored` at last, of how many creates a round is, how many rounds there are."""

    stored: int = 1_000_000
    creates: int = 200
    rounds: int = 5
    settle: float = SETTLED_AFTER


def growth(options: GrowthOptions, console: Console) -> Iterator[Comparison]:
    """The rows, on one system."""
    with bench_stack(MeasuredStack) as stack:
        fill_hotels(owner_url(stack, "rooms"), 1)
        yield from _creates(stack, options, console)
        desks = {rows: desk_of(stack.stack_json, hotel) for rows, (hotel, _) in HOTELS.items()}
        for rows, (hotel, room_type) in HOTELS.items():
            model, _ = book(stack.stack_json["gateway"], hotel, room_type)
            url = owner_url(stack, "bookings")
            console.print(fill_list(url, model=model, hotel=hotel, rows=rows, series=series_of(rows)))
        for what, query in QUERIES.items():
            for rows in (MORE, MANY):
                yield Comparison(
                    name=f"growth: {what} of {rows:,} bookings, CPU of all processes",
                    thing=partial(_listed, stack, rows, desks[rows], query),
                    yardstick=partial(_listed, stack, FEW, desks[FEW], query),
                    against=f"of {FEW:,}",
                    goal=1 / MOST_TIMES,
                )


def series_of(rows: int) -> str:
    """The series of the bookings of the hotel with so many."""
    return f"LIST{rows}"


def _listed(stack: MeasuredStack, rows: int, desk: str, query: str) -> Measured:
    hotel, series = HOTELS[rows][0], series_of(rows)
    headers = (("Authorization", f"Bearer {desk}"),)

    def filters(number: int) -> str:
        return query.format(number=number, name=drawn_name(series, number))

    def request(number: int) -> Request:
        path = f"/api/staff/hotels/{hotel}/room-bookings/?{filters(1 + number % 20)}"
        return Request("GET", path, headers)

    def is_right(status: int, body: bytes) -> bool:
        return status == 200 and len(json.loads(body)["results"]) > 0

    roots = roots_of(stack)
    before = sum(cpu_by_group(roots, without={}).values())
    measured = load(stack.stack_json["gateway"], request, is_right, clients=CLIENTS, requests=REQUESTS)
    seconds = sum(cpu_by_group(roots, without={}).values()) - before
    return Measured(REQUESTS, seconds, measured.latencies)


def _creates(stack: MeasuredStack, options: GrowthOptions, console: Console) -> Iterator[Comparison]:
    assert isinstance(stack.postgres, PostgresNode)
    assert isinstance(stack.rabbit, RabbitNode)
    url, gateway = owner_url(stack, "bookings"), stack.stack_json["gateway"]
    model, _ = book(gateway, "bench-1", "T1")
    fill = partial(fill_list, url, model=model, hotel="bench-1")
    console.print(fill(rows=STORED_BEFORE, series="FEW"))
    with (
        WorkCounters(stack.postgres, stack.rabbit, list(SERVICES)) as counters,
        StandInControl(stack.stack_json["stripe"]["url"]) as stripe,
    ):
        meter = Meter(roots_of(stack), counters, Backlog(counters, stripe), options.settle)
        rounds = BeforeAndAfter(
            partial(_created, meter, gateway, options.creates),
            lambda: console.print(fill(rows=options.stored - STORED_BEFORE, series="MANY")),
            rounds=options.rounds,
        )
        yield Comparison(
            name=f"growth: create with {options.stored:,} bookings stored, CPU of all processes",
            thing=rounds.after,
            yardstick=rounds.before,
            against=f"with {STORED_BEFORE:,} stored",
            goal=1 / MOST_TIMES,
        )


def _created(meter: Meter, gateway: str, creates: int) -> Measured:
    measured: list[Measured] = []

    def operate() -> None:
        is_right: Callable[[int, bytes], bool] = lambda status, _: status == 201  # noqa: E731
        measured.append(load(gateway, creation, is_right, clients=CLIENTS, requests=creates))

    cost = meter.cost(operate, operations=creates, groups=GROUPS)
    return Measured(creates, creates * cost[TOTAL] / MILLISECONDS, measured[0].latencies, cost)


@dataclass
class BeforeAndAfter:
    """Rounds before a change that cannot be undone, and as many after it: these cannot take turns."""

    measure: Callable[[], Measured]
    change: Callable[[], None]
    rounds: int
    _before: deque[Measured] = field(default_factory=deque)
    _after: deque[Measured] = field(default_factory=deque)

    def before(self) -> Measured:
        """The next result from before the change."""
        self._run()
        return self._before.popleft()

    def after(self) -> Measured:
        """The next result from after the change."""
        self._run()
        return self._after.popleft()

    def _run(self) -> None:
        if not self._before and not self._after:
            self.measure()  # warms up
            self._before.extend(self.measure() for _ in range(self.rounds))
            self.change()
            self.measure()
            self._after.extend(self.measure() for _ in range(self.rounds))
