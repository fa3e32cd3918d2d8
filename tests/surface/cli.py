"""The `hotelmate` command line: commands, what they take, how they end, and the JSON that they print."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import Any

from tests.surface.source import Line, attribute, calls, keys, nodes, text

# Nothing listens on port 1.
NOWHERE = {
    "HOTELMATE_MODE": "demo",
    "AMQP_URL": "amqp://127.0.0.1:1/%2F",
    "BOOKINGS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
}
ENDINGS = (
    ("--help",),
    ("no-such-command",),
    ("doctor", "--only", "I0"),
    ("events", "tail", "--event", "NoSuchEvent"),
    ("dlq", "list", "no-such-service"),
    ("dlq", "list", "bookings"),
    ("outbox",),
    ("hotel", "import", "/no/such/file"),
)


def commands(command: Any, name: str = "hotelmate") -> Iterator[Line]:
    """Each command with its arguments and options, down the whole tree."""
    yield name, "group" if hasattr(command, "commands") else "command"
    for parameter in command.params:
        yield name, _parameter(parameter)
    for each, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {each}")


def _parameter(parameter: Any) -> str:
    facts = {
        "required": parameter.required,
        "repeated": parameter.multiple or parameter.nargs != 1,
        "hidden": parameter.hidden,
    }
    notes = "".join(f" {fact}" for fact, holds in facts.items() if holds)
    default = f" = {parameter.default!r}" if parameter.default not in (None, False, "") else ""
    kind = _kind(parameter.type_descriptor.annotation)
    if parameter.param_type_name == "argument":
        return f"argument {parameter.metavar or parameter.name.upper()}: {kind}{notes}{default}"
    names = " ".join(sorted([*parameter.opts, *parameter.secondary_opts]))
    return f"option {names}: {'flag' if parameter.is_flag else kind}{notes}{default}"


def _kind(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "|".join(str(member.value) for member in annotation)
    return getattr(annotation, "__name__", str(annotation))


def exit_codes(run: Callable[[Sequence[str]], Any]) -> Iterator[Line]:
    """The exit codes of some commands without a running system."""
    for arguments in ENDINGS:
        try:
            run(arguments)
        except SystemExit as end:
            yield f"hotelmate {' '.join(arguments)}", f"exits with {end.code or 0}"


def json_shapes(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The members of every object with constant keys that code builds, deepest last: what `--json` is made of."""
    for deployable, tree in modules:
        displays = [node for node in nodes(tree) if isinstance(node, ast.Dict)]
        inner = {id(below) for node in displays for value in node.values for below in ast.walk(value)}
        for node in displays:
            if id(node) not in inner and len(paths := _paths(node)) > 1:
                yield f"{deployable} JSON", " ".join(paths)


def _paths(node: ast.Dict) -> list[str]:
    return sorted({path for path in keys(node) if not path.endswith("*")})


def options_of_programs(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """The options of the programs that are no part of `hotelmate`: services, relay, gateway, stand-ins."""
    for deployable, tree in modules:
        for call in calls(tree):
            if attribute(call.func) == "add_argument":
                names = " ".join(text(each) or "…" for each in call.args)
                facts = {word.arg: _plain(word.value) for word in call.keywords if word.arg in TOLD}
                notes = "".join(f" {name}={value}" for name, value in sorted(facts.items()))
                yield deployable, f"argument {names}{notes}"


def _plain(node: ast.expr) -> str:
    return repr(node.value) if isinstance(node, ast.Constant) else attribute(node) if attribute(node).islower() else "…"


TOLD = {"required", "default", "type", "action", "nargs"}
