"""Form encoding with nested brackets, as read by Stripe: `a[b][0]=c` and `a[]=c`."""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

FormValue: TypeAlias = "str | Form"
Form: TypeAlias = dict[str, "FormValue"]

_PART = re.compile(r"\[([^\[\]]*)\]")


def parse_form(encoded: str) -> Form:
    """Parse an encoded body or query into a nested dictionary; lists are keyed "0", "1" and so on."""
    form: Form = {}
    for key, value in parse_qsl(encoded, keep_blank_values=True):
        head, bracket, rest = key.partition("[")
        parts = [head, *_PART.findall(bracket + rest)]
        _place(form, parts, value)
    return form


def _place(form: Form, parts: list[str], value: str) -> None:
    inner = form
    for part in parts[:-1]:
        deeper = inner.setdefault(part or str(len(inner)), {})
        if not isinstance(deeper, dict):
            deeper = inner[part] = {}
        inner = deeper
    inner[parts[-1] or str(len(inner))] = value
