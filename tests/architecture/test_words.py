"""The product's words: class names are unique, and every variable has a name that says what the variable holds."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("contracts", "chassis", "services", "gateway", "hotelmate", "sandbox")
EMPTY_WORDS = {"told", "found", "asked", "wanted", "seen", "kept", "shown"}

# Top-level class names that stand twice in the product, each with its reason.
TWICE: dict[str, str] = {}


@cache
def trees() -> dict[Path, ast.Module]:
    paths = [path for name in PRODUCT for path in (ROOT / name).rglob("*.py") if "migrations" not in path.parts]
    return {path.relative_to(ROOT): ast.parse(path.read_text("utf-8")) for path in paths}


def classes_that_stand_twice(modules: dict[Path, ast.Module]) -> dict[str, list[str]]:
    places = defaultdict(list)
    for path, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path))
    return {name: where for name, where in places.items() if len(where) > 1}


def empty_variables(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of every variable, parameter and keyword argument that is an empty word."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) if name in EMPTY_WORDS:
                yield node.lineno, name


def test_no_two_classes_of_the_product_share_a_name_without_a_reason() -> None:
    twice = classes_that_stand_twice(trees())

    assert len(TWICE) <= 20
    assert {name: where for name, where in twice.items() if name not in TWICE} == {}
    assert sorted(TWICE) == sorted(set(TWICE) & set(twice)), "a name that stands once needs no reason"


def test_a_class_name_that_stands_twice_is_noticed() -> None:
    one = ast.parse("class Answer:\n    pass\n")

    assert classes_that_stand_twice({Path("a.py"): one, Path("b.py"): one}) == {"Answer": ["a.py", "b.py"]}


def test_no_variable_of_the_product_is_an_empty_word() -> None:
    lines = [f"{path}:{line} {name}" for path, tree in trees().items() for line, name in empty_variables(tree)]

    assert lines == []


def test_an_empty_word_is_noticed_as_variable_and_as_parameter() -> None:
    tree = ast.parse("def f(asked, *, told=1):\n    found = asked\n    for seen in found: pass\n    rows = told\n")

    assert sorted(empty_variables(tree)) == [(1, "asked"), (1, "told"), (2, "found"), (3, "seen")]
