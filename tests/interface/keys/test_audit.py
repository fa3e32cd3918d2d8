"""Audit rows hold no person: neither a name of staff nor what people wrote, in no service and by no writer."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from chassis.transactions.migrate import migrate

ROOT = Path(__file__).resolve().parents[3]
# The reasons that code passes on to an audit row, by service. Each is a code, names of fields, or the name of a cause.
MACHINE_WORDS = {
    "bookings": set(),
    "notifier": set(),
    "rooms": {
        "', '.join(changed)",  # fields of a room
        "', '.join(changes)",  # fields of the settings
        "fields",  # fields of a menu item
        "code",  # of a room type, a promotion, a policy
        "why",  # `hotel_changes.record`: a code; of rates the type, the dates and the price
    },
    "payments": {"why", "self.why"},  # `PaymentsWork.record`: an event's name, a webhook's type and id, a run
}
WRITERS = {"audit", "record", "record_room", "record_block"}


def reasons(service: str) -> Iterator[str]:
    """The expressions for `why` in the calls that lead to an audit row."""
    for path in sorted((ROOT / "services" / service).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in WRITERS:
                yield from (ast.unparse(word.value) for word in node.keywords if word.arg == "why")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("service", MACHINE_WORDS)
def test_every_writer_of_an_audit_row_passes_the_services_own_words(service: str) -> None:
    others = {each for each in reasons(service) if each not in MACHINE_WORDS[service]}

    assert {each for each in others if not each.startswith("_name(event)")} == set()


@pytest.mark.parametrize("service", MACHINE_WORDS)
def test_the_database_refuses_a_name_in_an_audit_row(service: str, new_database: Callable[[str], str]) -> None:
    url = new_database(f"audit_{service}")
    migrate(service, url)
    row = "INSERT INTO audit (hotel, subject, sequence, what, by, at) VALUES ('h', 's', %s, 'Planted', %s, now())"

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(row, [1, '{"kind": "staff", "id": "7"}'])
        with pytest.raises(psycopg.errors.CheckViolation, match="audit_names_nobody"):
            connection.execute(row, [2, '{"kind": "staff", "id": "7", "name": "Nora"}'])
        connection.execute("ALTER TABLE audit DROP CONSTRAINT audit_names_nobody")
        connection.execute(row, [2, '{"kind": "staff", "id": "7", "name": "Nora"}'])  # the negative control
