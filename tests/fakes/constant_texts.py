"""Refuses statements of the product whose text grows with their values: such a text is never prepared in time."""

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ExecuteStyle
from sqlalchemy.sql.compiler import SQLCompiler

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{ROOT / name}/" for name in ("services", "chassis", "gateway", "hotelmate", "sandbox", "tests"))
TESTS = f"{ROOT / 'tests'}/"


class GrowingText(AssertionError):
    """The statement's text depends on how many values it has."""


def refuse_growing_texts() -> None:
    """From now on, raise `GrowingText` where the product executes such a statement in this process."""
    sa.event.listen(sa.Engine, "before_cursor_execute", _check)


def growth_of(context: Any) -> str:
    """What makes the text of the statement grow; empty where nothing does."""
    compiled = context.compiled if context else None
    if not isinstance(compiled, SQLCompiler):
        return ""
    if any(parameter.expanding for parameter in compiled.post_compile_params):
        return "a list of values behind IN: see chassis.database.arrays"
    if getattr(compiled.statement, "_multi_values", ()):
        return "several rows of VALUES: insert them by unnest or jsonb_to_recordset"
    if context.execute_style is ExecuteStyle.INSERTMANYVALUES:
        return "a list of rows with RETURNING: insert them by unnest or jsonb_to_recordset"
    return ""


def _check(_: Any, __: Any, text: str, ___: Any, context: Any, ____: bool) -> None:
    growth = growth_of(context)
    if growth and "pg_catalog" not in text and not _innermost().startswith(TESTS):
        raise GrowingText(f"{growth}\n{text}")


def _innermost() -> str:
    """The file of ours that executes the statement; empty on an event loop, where statements have their own stack."""
    frame: FrameType | None = sys._getframe(2)
    while frame:
        if frame.f_code.co_filename.startswith(OURS) and frame.f_code.co_filename != __file__:
            return frame.f_code.co_filename
        frame = frame.f_back
    return ""
