"""Each operation executes exactly as many SQL statements and transactions as the committed table says."""

from datetime import datetime
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from tests.conversations.conftest import PlatformFixture
from tests.statement_counts.counting import import_hotel, record, record_operations
from tests.statement_counts.host import counted_host
from tests.statement_counts.operations import CountedStay
from tests.statement_counts.table import differences, read_table, table_of

ADVICE = "`python -m tests.statement_counts --statements OPERATION` lists them; `--save` writes the table."
MAILS = 6  # of a stay: received, authorised, confirmed, changed, welcome, thanks


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_operation_executes_what_the_table_says(fixture: PlatformFixture) -> None:
    counted = table_of(record_operations(fixture))

    assert len(fixture.mails()) == 2 * MAILS  # what follows from the operations is counted, too
    assert not (changes := list(differences(read_table(), counted))), "\n".join([*changes, ADVICE])


def test_one_statement_more_is_noticed(fixture: PlatformFixture) -> None:
    with counted_host(fixture) as host:
        import_hotel(host)
        host.finish()
        stay = CountedStay(host)
        before = table_of({"availability": record(host, stay.availability)})
        unit_of_work = host.services["rooms"].runtime.unit_of_work
        now = unit_of_work.now

        def with_a_statement() -> datetime:
            with unit_of_work.reading.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
            return now()

        with patch.object(unit_of_work, "now", with_a_statement):
            after = table_of({"availability": record(host, stay.availability)})

    assert list(differences(before, before)) == []
    assert list(differences(before, after)) == [
        "availability: rooms has 2 statements, 1 more than the table's 1",
        "availability: rooms has 2 round trips, 1 more than the table's 1",
    ]
    assert list(differences(after, before)) == [
        "availability: rooms has 1 statements; lower the table's 2",
        "availability: rooms has 1 round trips; lower the table's 2",
    ]
