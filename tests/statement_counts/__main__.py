"""`python -m tests.statement_counts`: counts the SQL statements, round trips and transactions of each operation.

Each cell is `round trips/transactions (durable)`: the statements with BEGIN and COMMIT, the committed transactions, and
those of them whose commit waited for the disk. A statement in autocommit mode is one round trip, and where it writes a
transaction.
"""

import argparse
import uuid

from chassis.observability import logs
from sandbox.stack.orphans import reap_orphans
from tests.conversations.conftest import prepared_databases, running_fixture
from tests.fakes.running_postgres import running_postgres
from tests.statement_counts.counting import record_operations
from tests.statement_counts.listing import lines_of_statements
from tests.statement_counts.operations import OPERATIONS
from tests.statement_counts.table import lines_of, read_table, save_table, table_of


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.statement_counts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--statements", metavar="OPERATION", choices=tuple(OPERATIONS), help="list its statements")
    parser.add_argument("--service", default="", metavar="NAME", help="list only this service's statements")
    parser.add_argument("--whole", action="store_true", help="list statements at full length")
    parser.add_argument("--save", action="store_true", help="write the counts to the committed table")
    return parser.parse_args()


def main() -> None:
    """Count, and print what the command line names."""
    chosen = options()
    reap_orphans()
    logs.configure("counts", level="CRITICAL")
    with running_postgres() as node:
        urls = prepared_databases(lambda name: node.create_database(f"{name}_{uuid.uuid4().hex[:8]}").owner)
        with running_fixture(urls) as fixture:
            recordings = record_operations(fixture)
    if chosen.statements:
        say("\n".join(lines_of_statements(recordings[chosen.statements], chosen.service, whole=chosen.whole)))
        return
    table = table_of(recordings)
    say("\n".join(lines_of(table, read_table())))
    if chosen.save:
        save_table(table)


def say(text: str) -> None:
    """Print a text."""
    print(text)


if __name__ == "__main__":
    main()
