"""The words of the code: class names of the product are unique, and a name says what the thing holds, in tests too."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("contracts", "chassis", "services", "gateway", "hotelmate", "sandbox")
TREES = (*PRODUCT, "tests")
EMPTY_WORDS = {"told", "found", "asked", "wanted", "seen", "kept", "shown"}


@cache
def trees() -> dict[Path, ast.Module]:
    paths = [path for name in TREES for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts]
    return {path.relative_to(ROOT): parsed(path.read_text("utf-8")) for path in paths}


def product() -> dict[Path, ast.Module]:
    return {path: tree for path, tree in trees().items() if path.parts[0] in PRODUCT}


def classes_that_stand_twice(modules: dict[Path, ast.Module]) -> dict[str, list[str]]:
    places = defaultdict(list)
    for path, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path))
    return {name: where for name, where in places.items() if len(where) > 1}


def empty_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of every variable, attribute, parameter and function whose name is an empty word."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.arg(arg=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ) if name.strip("_") in EMPTY_WORDS:
                yield node.lineno, name


def test_no_two_classes_of_the_product_share_a_name() -> None:
    assert classes_that_stand_twice(product()) == {}


def test_a_class_name_that_stands_twice_is_noticed() -> None:
    one = ast.parse("class Answer:\n    pass\n")

    assert classes_that_stand_twice({Path("a.py"): one, Path("b.py"): one}) == {"Answer": ["a.py", "b.py"]}


def test_no_variable_parameter_or_function_is_an_empty_word() -> None:
    lines = [f"{path}:{line} {name}" for path, tree in trees().items() for line, name in empty_names(tree)]

    assert lines == []


@pytest.mark.parametrize("word", sorted(EMPTY_WORDS))
@pytest.mark.parametrize(
    "code",
    [
        "{} = rows",
        "for {} in rows: pass",
        "rows.{} = 1",
        "def f({}): pass",
        "def f(*, {}=1): pass",
        "def {}(): pass",
        "async def _{}(): pass",
    ],
)
def test_an_empty_word_is_noticed_as_variable_attribute_parameter_and_function(code: str, word: str) -> None:
    assert [name.strip("_") for _, name in empty_names(ast.parse(code.format(word)))] == [word]


@pytest.mark.parametrize("word", sorted(EMPTY_WORDS))
def test_an_empty_word_is_only_a_fault_where_a_name_is_given(word: str) -> None:
    assert list(empty_names(ast.parse(f"rows = {word}.{word}"))) == []


def test_tests_and_stand_ins_follow_the_rule_of_words_too() -> None:
    assert {path.parts[0] for path in trees()} == {*PRODUCT, "tests"}
