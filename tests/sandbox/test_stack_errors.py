"""An obstacle to the start of a stack is reported in one sentence, with its remedy."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.stack.postgres_directory import choose_directory
from sandbox.stack.run_directory import ASIDE_PREFIX, log_since, run_directory, vacate
from sandbox.stack.stack_config import ROOT
from tests.sandbox.checkouts import ORDINARY

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory to another user")


@AS_ROOT
def test_the_run_of_another_user_is_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    os.chown(run, pwd.getpwnam(ORDINARY).pw_uid, -1)

    with pytest.raises(RuntimeError, match=f"belongs to {ORDINARY}. Run this as {ORDINARY}"):
        run_directory(run)

    up = stack(run, "up")
    assert up.returncode == 1
    assert up.stderr.splitlines() == [
        f"{run} belongs to {ORDINARY}. Run this as {ORDINARY}, or have it removed first: `make clean`."
    ]


@AS_ROOT
def test_root_can_remove_the_run_of_another_user(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "postgres").mkdir(parents=True)
    os.chown(run, pwd.getpwnam(ORDINARY).pw_uid, -1)

    assert stack(run, "clean").returncode == 0

    assert not run.exists()


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()

    up = stack(occupied / "run", "up")

    assert up.returncode == 1
    assert up.stderr.splitlines() == [f"{occupied / 'run'}: Not a directory."]


def test_a_user_without_a_name_is_told_that_postgresql_needs_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 2_000_000_123)

    with pytest.raises(RuntimeError, match="this machine knows none for user 2000000123"):
        choose_directory(tmp_path)


def test_clean_removes_data_behind_a_link_and_nothing_else_behind_the_link(tmp_path: Path) -> None:
    aside, strange = tmp_path / f"{ASIDE_PREFIX}abc", tmp_path / "strange"
    for target in (aside, strange):
        directory = tmp_path / f"node-{target.name}"
        for each in (target, directory):
            each.mkdir()
        (directory / "home").symlink_to(target)
        vacate(directory)
        assert not directory.exists()

    assert not aside.exists()
    assert strange.exists()


def test_the_lines_of_earlier_runs_are_not_given_as_the_reason(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text("an earlier run\n", "utf-8")
    start = log.stat().st_size
    with log.open("a", encoding="utf-8") as lines:
        lines.write("one\ntwo\nthree\n")

    assert log_since(log, start, lines=2) == "two\nthree"
    assert log_since(log, start, lines=9) == "one\ntwo\nthree"


def stack(directory: Path, verb: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sandbox.stack", "--directory", str(directory), verb],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
