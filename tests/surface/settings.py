"""Environment variables: what each process reads, and what Compose and `.env.example` say of them."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from tests.surface.source import Line, attribute, calls, nodes, text

ANY_ORIGIN = "https://hotel.example"
VARIABLE = re.compile(r"(HOTELMATE|AMQP|LOG|BOOKINGS|PAYMENTS|ROOMS|NOTIFIER|GATEWAY|SANDBOX|DATABASE)_[A-Z_]+[A-Z]")
REFERENCE = re.compile(r"\$\{([A-Z_]+)(:[?-])?([^}]*)\}")


def settings(classes: Iterable[tuple[str, type[BaseSettings]]]) -> Iterator[Line]:
    """Each variable of a process: its type, limits and default, and whether production refuses a placeholder."""
    for process, kind in classes:
        prefix = kind.model_config.get("env_prefix") or ""
        needed = {}
        for name, field in kind.model_fields.items():
            variable = str(field.validation_alias or f"{prefix}{name}".upper())
            default = "required" if field.is_required() else f"default {field.default!r}"
            limits = "".join(f" {limit}" for limit in field.metadata)
            plain = field.annotation.__name__ if isinstance(field.annotation, type) else field.annotation
            yield process, f"{variable}: {plain}{limits}, {default}".replace("typing.", "")
            if field.is_required():
                needed[variable] = ANY_ORIGIN
        yield from ((process, f"{name} is refused in production") for name in _refused(kind, needed))


def _refused(kind: type[BaseSettings], needed: Mapping[str, str]) -> set[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**needed, "HOTELMATE_MODE": "production"}.items():
            patch.setenv(name, value)
        try:
            kind()
        except ValidationError as problem:
            sentences = problem.errors()[0]["ctx"]["error"].sentences
            return {sentence.partition(" ")[0] for sentence in sentences}
    return set()


def environment(modules: Iterable[tuple[str, ast.Module]]) -> Iterator[Line]:
    """Variables that code names beside its settings, and the ports that are usual."""
    for deployable, tree in modules:
        for call in calls(tree):
            if attribute(getattr(call.func, "value", None)) == "environ" and call.args:
                yield deployable, f"reads {text(call.args[0])}"
            if attribute(call.func) == "getenv":
                yield deployable, f"reads {text(call.args[0])}"
        for node in nodes(tree):
            match node:
                case ast.Subscript(value=owner, slice=name) if attribute(owner) == "environ" and text(name):
                    yield deployable, f"reads {text(name)}"
                case ast.Compare(left=name, comparators=[owner]) if attribute(owner) == "environ" and text(name):
                    yield deployable, f"reads {text(name)}"
                case ast.Constant(value=str(value)) if VARIABLE.fullmatch(value):
                    yield deployable, f"names {value}"
                case ast.JoinedStr() if re.fullmatch(r"\{\}_[A-Z_]+", template := text(node) or ""):
                    yield deployable, f"names {template}"
                case ast.Dict():
                    for key, port in zip(node.keys, node.values, strict=True):
                        if (text(key) or "").endswith("_PORT") and isinstance(port, ast.Constant):
                            yield deployable, f"{text(key)}: usually {port.value!r}"


def compose(document: str) -> Iterator[Line]:
    """What Compose hands to each container, what it reads itself, and the ports and commands of containers."""
    content: dict[str, Any] = yaml.safe_load(document)
    for service, about in content["services"].items():
        for name, value in (about.get("environment") or {}).items():
            yield f"compose {service}", f"{name}={'' if value is None else value}"
        for key in ("ports", "profiles", "command"):
            if about.get(key):
                yield f"compose {service}", f"{key} {about[key]}"
    for name, how, default in REFERENCE.findall(document):
        kind = {":?": "required", ":-": f"default {default}"}.get(how, "optional")
        yield "compose", f"{name}: {kind}"


def example(document: str) -> Iterator[Line]:
    """Variables of `.env.example`, with what they are set to there."""
    for optional, name, value in re.findall(r"^(# )?([A-Z_]{4,})=(.*)$", document, re.MULTILINE):
        yield ".env.example", f"{name}={value}{' (commented)' if optional else ''}"
    for names in re.findall(r"^# ((?:[A-Z_]{6,}(?: \(\d+\))? ?)+)(?:  .*)?$", document, re.MULTILINE):
        yield from ((".env.example", f"names {name}") for name in re.findall(r"[A-Z_]{6,}", names))
