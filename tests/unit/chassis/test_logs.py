"""Logs say what went wrong, and never repeat the row with which it did."""

import io
import logging
import re
from collections.abc import Callable, Iterator

import pytest
import structlog

from chassis.observability import logs

ROW = "('BK-1', 'Planted Name',\n 'planted@example.org')"
REFUSED = (
    '(psycopg2.errors.CheckViolation) new row for relation "guest" violates check constraint "guest_check"\n'
    f"DETAIL:  Failing row contains {ROW}.\n\n[SQL: INSERT INTO guest …]\n(Background on this error at: …)"
)


@pytest.fixture(params=["json", "console"])
def logged(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """The log output so far, in both formats."""
    root, out = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    logs.configure("test", fmt=request.param)
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(out)
    yield out.getvalue
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def refuse() -> None:
    try:
        raise ValueError(f"DETAIL:  Key (email)={ROW} already exists.")
    except ValueError as cause:
        raise RuntimeError(REFUSED) from cause


def test_a_row_that_a_database_refused_is_left_out_of_every_part_of_a_log_line(logged: Callable[[], str]) -> None:
    try:
        refuse()
    except RuntimeError as problem:
        logs.logger("a").error("ask_failed", why=repr(problem)[:300], exc_info=problem)

    assert "anted" not in logged()
    for said in ("ask_failed", "guest_check", "INSERT INTO guest", "in refuse"):
        assert said in logged()


def test_a_refused_row_is_left_out_of_log_lines_of_other_libraries(logged: Callable[[], str]) -> None:
    try:
        refuse()
    except RuntimeError:
        logging.getLogger("a.library").exception("it broke")

    assert "anted" not in logged()
    assert "in refuse" in logged()


@pytest.mark.parametrize("logged", ["json"], indirect=True)
def test_without_the_redaction_a_refused_row_would_be_logged(
    logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_ROWS", re.compile("(?!)"))
    try:
        refuse()
    except RuntimeError:
        logs.logger("a").exception("ask_failed")

    assert "Planted Name" in logged()
