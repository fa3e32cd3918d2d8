"""The page of guarantees names constraints, code, tests and commands that exist, and commands that run its tests."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.documents import ROOT
from tests.unit.test_documents import named_targets

PAGE = ROOT / "docs" / "guarantees.md"
HEAD = ["promise", "mechanism", "test", "control", "command"]
# What each target runs of the tests.
RUNS = {"unit": ("tests/unit",), "interface": ("tests/interface",)}


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the page's tables, without head and rule."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]
    return [row for row in cells if row[0].strip() != HEAD[0]]


def code_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def schema() -> str:
    """The text of everything that makes tables."""
    paths = [*ROOT.glob("services/*/migrations/**/*.py"), *ROOT.glob("gateway/migrations/**/*.py")]
    paths += [ROOT / "chassis/transactions/tables.py"]
    return "\n".join(path.read_text("utf-8") for path in paths)


def exists(name: str) -> bool:
    """Whether `file.py::name` is defined in the file, or a database has an object of that name."""
    if name.startswith("bin/hotelmate "):
        return (ROOT / "bin/hotelmate").exists()
    file, _, inside = name.partition("::")
    if not inside:
        return bool(re.search(rf"\b{re.escape(name)}\b", schema()))
    path = ROOT / file
    return path.is_file() and inside in set(definitions(ast.parse(path.read_text("utf-8"))))


def definitions(tree: ast.Module) -> Iterator[str]:
    """The names of the module's functions, classes and constants."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id


def is_long(test: str) -> bool:
    """Whether the test runs only in `make test-long`: it is marked, or its whole file."""
    file, _, name = test.partition("::")
    marks: list[ast.expr] = []
    for node in ast.parse((ROOT / file).read_text("utf-8")).body if exists(test) else []:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            marks += node.decorator_list
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks += node.value.elts if isinstance(node.value, ast.List) else [node.value]
    return "pytest.mark.long" in map(ast.unparse, marks)


def runs(command: str, test: str) -> bool:
    """Whether the command runs the test: by the target's directories, and by the words of `-k`."""
    words = re.match(r"make ([a-z-]+)(?: ARGS='-k (.+)')?$", command)
    if not words or words[1] not in named_targets():
        return False
    file, _, name = test.partition("::")
    chosen = not words[2] or any(
        all(word in f"{file}::{name}" for word in each.split(" and ")) for each in words[2].strip('"').split(" or ")
    )
    return chosen and file.startswith(RUNS.get(words[1], ("tests/",)))


def problems(text: str) -> Iterator[str]:
    """What the page names and is not there."""
    for row in rows(text):
        if len(row) != len(HEAD) or not all(row):
            yield f"{row[0]}: not five cells"
            continue
        promise, mechanism, test, control, command = row
        named = [*code_in(mechanism), *code_in(test), *code_in(control)]
        yield from (f"{promise}: there is no {name}" for name in named if not exists(name))
        if not (code_in(mechanism) and len(code_in(test)) == len(code_in(control)) == len(code_in(command)) == 1):
            yield f"{promise}: names no mechanism, or not one test, control and command"
            continue
        for cell in (test, control):
            if not runs(code_in(command)[0], code_in(cell)[0]):
                yield f"{promise}: the command does not run {cell}"
            if is_long(code_in(cell)[0]) != cell.endswith(", long"):
                yield f"{promise}: the page does not say rightly whether {cell} is long"
        if is_long(code_in(test)[0]) != code_in(command)[0].startswith("make test-long"):
            yield f"{promise}: the command runs other tests, long or not, than {test}"


def test_everything_that_the_page_names_is_there() -> None:
    text = PAGE.read_text("utf-8")

    assert len(rows(text)) > 30
    assert list(problems(text)) == []


SOUND = (
    "| a promise | table `outbox` | `tests/unit/test_guarantees.py::test_a_stale_row_is_noticed`"
    " | `tests/unit/test_guarantees.py::test_a_stale_row_is_noticed` | `make unit ARGS='-k test_guarantees'` |"
)


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ("table `outbox`", "table `no_such_table`"),
        ("table `outbox`", "`chassis/service.py::NoSuchName`"),
        ("table `outbox`", "a table"),
        ("test_a_stale_row_is_noticed", "test_that_was_renamed"),
        ("tests/unit/test_guarantees.py::", "tests/unit/test_moved.py::"),
        ("make unit", "make no-such-target"),
        ("make unit", "make interface"),
        ("-k test_guarantees", "-k test_something_else"),
        ("noticed` |", "noticed`, long |"),
        ("make unit", "make test-long"),
    ],
)
def test_a_stale_row_is_noticed(name: str, stale: str) -> None:
    assert list(problems(SOUND)) == []
    assert list(problems(SOUND.replace(name, stale)))


def test_the_readme_links_the_page() -> None:
    assert "](docs/guarantees.md)" in (ROOT / "README.md").read_text("utf-8")
