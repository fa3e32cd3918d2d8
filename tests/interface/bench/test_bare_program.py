"""The bare program in its own process: what it writes and publishes is counted, and a wrong number is noticed."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from contracts.catalogue import SUBSCRIPTIONS
from sandbox.stack.postgres import SETTINGS, PostgresNode
from sandbox.stack.rabbit import RabbitNode
from tests.bench.cost.bare_plan import BareOperation, BarePlan
from tests.bench.cost.bare_process import BareProcess, bare_process
from tests.bench.cost.bare_statement import statement_of
from tests.bench.cost.measured_stack import COUNTING
from tests.bench.cost.stays import CREATE
from tests.bench.cost.table_rows import RowChange, TableShape
from tests.bench.cost.work_counters import COMMITS, FSYNCS, PUBLISHED, ROUTED, SETTLED_AFTER, SQL, WorkCounters

SUBJECTS = range(1, 21)
ASKS, EVENTS = 2, ("one", "two")
SHAPE = TableShape("booking", {"id": "text", "status": "text"}, ("id",), frozenset({"id"}))

pytestmark = pytest.mark.long


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresNode]:
    with PostgresNode(tmp_path_factory.mktemp("counting"), settings={**SETTINGS, **COUNTING}) as node:
        yield node


@pytest.fixture
def program(postgres: PostgresNode, rabbit: RabbitNode) -> Iterator[BareProcess]:
    url = postgres.create_database("bare").owner
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE booking (id text PRIMARY KEY, status text)")
    inserted = [RowChange("booking", None, {"id": "BK-1", "status": "PENDING_PAYMENT"})]
    operation = BareOperation({"bookings": statement_of(inserted, {"booking": SHAPE})}, {"bookings": EVENTS}, ASKS)
    subscribers = {
        owner: [name for name, owners in SUBSCRIPTIONS.items() if owner in owners] for owner in SUBSCRIPTIONS
    }
    plan = BarePlan({"bookings": url}, rabbit.amqp_url, {CREATE: operation}, subscribers)
    with WorkCounters(postgres, rabbit, ["bare"]) as counters, bare_process(plan, counters) as running:
        yield running


def test_each_operation_is_one_commit_and_its_messages_are_published_and_routed(program: BareProcess) -> None:
    subscribers = len(program.plan.consumers["bookings"])
    program.perform(CREATE, range(100, 110))  # connects and prepares
    time.sleep(SETTLED_AFTER)
    before = program.counters.read()

    with program.checked(CREATE, SUBJECTS):
        assert program.perform(CREATE, SUBJECTS) > 0

    time.sleep(SETTLED_AFTER)
    after = program.counters.read()
    each = {name: (after[name] - before[name]) / len(SUBJECTS) for name in after}
    assert each[SQL] == 1
    assert each[COMMITS] == pytest.approx(1, abs=0.5)  # the server's own processes commit, too
    assert 0.1 <= each[FSYNCS] <= 1.5  # several clients may share one
    assert each[PUBLISHED] == 2 * ASKS + len(EVENTS)
    assert each[ROUTED] == 2 * ASKS + len(EVENTS) * subscribers


def test_another_number_of_rows_fails(program: BareProcess) -> None:
    with pytest.raises(AssertionError, match="19 rows in bookings booking, not 20"), program.checked(CREATE, SUBJECTS):
        program.perform(CREATE, SUBJECTS[1:])


def test_a_program_that_cannot_write_ends(program: BareProcess) -> None:
    program.perform(CREATE, SUBJECTS)

    with pytest.raises(RuntimeError, match="has ended with 1"):
        program.perform(CREATE, SUBJECTS)  # the same keys again
