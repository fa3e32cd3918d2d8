"""The sources as syntax trees, for what can be read from the code and not by running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# What a thing is part of, and one fact about it.
Line = tuple[str, str]
ROOT = Path(__file__).resolve().parents[2]


def files(*folders: str) -> tuple[tuple[str, Path, ast.Module], ...]:
    """The deployable, the path and the tree of every module below these folders."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple((_deployable(path), path.relative_to(ROOT), _parsed(path)) for path in paths)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def modules(*folders: str) -> list[tuple[str, ast.Module]]:
    """The deployable and the tree of every module: where a module stands in its deployable plays no part."""
    return [(deployable, tree) for deployable, _, tree in files(*folders)]


def _deployable(path: Path) -> str:
    top, *rest = path.relative_to(ROOT).parts
    return f"{top}.{rest[0]}" if top in {"services", "sandbox"} and len(rest) > 1 else top


def text(node: ast.AST | None) -> str | None:
    """A string as it is written; of an f-string its template, with `{}` for each hole."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join("{}" if isinstance(part, ast.FormattedValue) else text(part) or "" for part in parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return None if (text(left), text(right)) == (None, None) else f"{text(left) or '{}'}{text(right) or '{}'}"
    return None


def texts(node: ast.AST) -> set[str]:
    """Every string in an expression that can be its value: of `a if x else b`, both."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return {value} if (value := text(node)) is not None else set()


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a module."""
    return tuple(ast.walk(tree))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call in a module."""
    return (node for node in nodes(tree) if isinstance(node, ast.Call))


def attribute(node: ast.AST | None) -> str:
    """The last name of an expression: `get` of `self.headers.get`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def keys(node: ast.AST, path: str = "") -> Iterator[str]:
    """The paths of a dictionary display's keys: `.pusher.port`, and `.rows[].id` of a list's elements."""
    match node:
        case ast.Dict(keys=names, values=values):
            for name, value in zip(names, values, strict=True):
                here = f"{path}.{text(name) or '*'}" if name is not None else path
                yield here
                yield from keys(value, here)
        case ast.List(elts=[element]) | ast.ListComp(elt=element):
            yield from keys(element, f"{path}[]")
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            yield from keys(left, path)
            yield from keys(right, path)


def strings(tree: ast.AST) -> Iterator[str]:
    """Every string that code works with, f-strings as templates: no docstring, no annotation, no `__all__`."""
    match tree:
        case ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case ast.Call(func=ast.Name(id="TypeVar")):
            return
        case ast.Constant(value=str(value)):
            yield value
        case ast.JoinedStr(values=parts):
            yield text(tree) or ""
            yield from (each for part in parts if isinstance(part, ast.FormattedValue) for each in strings(part))
            return
    for field, child in ast.iter_fields(tree):
        if field not in {"annotation", "returns"}:
            for each in child if isinstance(child, list) else [child]:
                if isinstance(each, ast.AST):
                    yield from strings(each)
