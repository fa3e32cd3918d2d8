"""The start of programs by their module, and the description of a running stack."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from tests.surface.source import ROOT, Line, attribute, calls, keys, nodes, text

PROGRAM = re.compile(r"""(?:python|PYTHON\))"? -m ([a-z_]+(?:\.[a-z_]+)*)|(?:\["|- )(sandbox\.\w+)""")
NOT_OURS = {"venv", "pip", "pytest", "ruff", "mypy", "ensurepip"}


def programs(documents: Mapping[str, str]) -> Iterator[Line]:
    """`python -m …` in build files and documents, by the document that names it."""
    for name, content in documents.items():
        for names in PROGRAM.findall(content.replace('", "', " ")):
            module = next(filter(None, names))
            if module not in NOT_OURS:
                yield name, f"python -m {module}"


def commands(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The programs that the stack starts: tuples that begin with the interpreter."""
    for deployable, tree in modules:
        for node in nodes(tree):
            if isinstance(node, ast.Tuple) and node.elts and isinstance(node.elts[0], ast.Starred):
                words = [text(each) or "…" for each in node.elts[1:]]
                if words and re.fullmatch(r"[a-z]+(\.[a-z_]+)*", words[0]):
                    yield deployable, f"starts {' '.join(words)}"


def exists(program: str) -> bool:
    """Whether `python -m` can run a module of ours."""
    path = ROOT / program.replace(".", "/")
    module = path.with_suffix(".py")
    return (path / "__main__.py").exists() or (
        module.exists() and '__name__ == "__main__"' in module.read_text("utf-8")
    )


def stack(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The members of `.run/stack.json`, of its accounts, and what `make up` prints a line for."""
    for _, tree in modules:
        for node in nodes(tree):
            if isinstance(node, ast.Dict):
                paths = set(keys(node))
                if paths >= {".gateway", ".amqp"}:
                    yield from ((".run/stack.json", path) for path in paths)
                if paths >= {".email", ".password"}:
                    yield from ((".run/stack.json", f".staff[]{path}") for path in paths)
                if paths == {".staff", ".hotels"}:
                    yield from (("the seed's output", path) for path in paths)
                pages = {path: text(value) for path, value in zip(keys(node), node.values, strict=False)}
                if pages and all((value or "").startswith("/") for value in pages.values()):
                    yield from (("make up", f"prints {name[1:]} at {page}") for name, page in pages.items())
        for call in calls(tree):
            if attribute(call.func) == "add_row" and call.args and text(call.args[0]):
                yield "make up", f"prints {text(call.args[0])}"
