"""Each database has one history: revisions follow one another by number, from the first to one head."""

import re

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from chassis.transactions.migrate import FOLDERS, migrations_of
from contracts.catalogue import OWNERS


@pytest.mark.parametrize("name", [*OWNERS, *FOLDERS])
def test_a_database_has_one_history(name: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_of(name)))

    history = list(ScriptDirectory.from_config(config).walk_revisions())[::-1]

    numbers = [revision.revision for revision in history]
    files = sorted(path.name for path in (migrations_of(name) / "versions").glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert [match[1] for file in files if (match := re.match(r"(\d+)_", file))] == numbers
