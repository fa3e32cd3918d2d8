"""Each operation executes exactly as many SQL statements and transactions as the committed table says."""

import pytest

from tests.conversations.conftest import PlatformFixture
from tests.statement_counts.counting import record_operations
from tests.statement_counts.table import differences, read_table, table_of

ADVICE = "`python -m tests.statement_counts --statements OPERATION` lists them, `--save` writes the table"


@pytest.mark.slow
def test_each_operation_executes_what_the_table_says(fixture: PlatformFixture) -> None:
    counted = table_of(record_operations(fixture))

    assert not (changes := list(differences(read_table(), counted))), "\n".join([*changes, ADVICE])
