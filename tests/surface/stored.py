"""Names that stand in rows: whoever changes one writes a migration that maps what is stored."""

import ast
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from tests.surface.messages import fields
from tests.surface.source import Line, attribute, nodes, strings, text

NAME = re.compile(r"[A-Za-z{][^\s()]*[\w}/:*#-]")


def jobs(service: str, definitions: Iterable[Any]) -> Iterator[Line]:
    """The kinds of a service's jobs, with the payload that is stored beside each."""
    for job in definitions:
        yield from fields({f"{service} job {job.kind}": job.payload})


def enums(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The values of every enumeration, whatever the class and its members are called."""
    for deployable, tree in modules:
        for node in nodes(tree):
            if isinstance(node, ast.ClassDef) and any(attribute(base).endswith("Enum") for base in node.bases):
                values = [text(each.value) for each in node.body if isinstance(each, ast.Assign)]
                yield deployable, f"one of {' '.join(sorted(value for value in values if value is not None))}"


def literals(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """Every name and template of a name that code writes as a string: keys, actions, states, subjects, fields."""
    for deployable, tree in modules:
        yield from ((deployable, name) for name in strings(tree) if NAME.fullmatch(name))


def schema(database: str, migrations: Path) -> Iterator[Line]:
    """The statements that make a database, oldest first: history only grows."""
    written = StringIO()
    options = {"as_sql": True, "output_buffer": written}
    config = Config()
    config.set_main_option("script_location", str(migrations))
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())[::-1]
    with Operations.context(MigrationContext.configure(dialect_name="postgresql", opts=options)):
        for revision in revisions:
            written.truncate(written.seek(0))
            revision.module.upgrade()
            for statement in re.split(r";\n", written.getvalue()):
                if plain := " ".join(statement.split()):
                    yield f"{database} {revision.revision}", plain
