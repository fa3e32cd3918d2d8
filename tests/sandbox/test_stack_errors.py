"""An obstacle to the start of a stack is reported in one sentence, with its remedy."""

import errno
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.stack.data_aside import PREFIXES, vacate
from sandbox.stack.disk import about_disk
from sandbox.stack.postgres_directory import choose_directory
from sandbox.stack.run_claim import RunClaim
from sandbox.stack.run_directory import log_since, run_directory, temporary_run
from sandbox.stack.stack import Stack
from sandbox.stack.stack_config import ROOT
from tests.sandbox.checkouts import ORDINARY
from tests.sandbox.small_system import SYSTEM

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


def test_a_given_broker_and_a_cluster_of_its_own_exclude_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMQP_URL", "amqp://one,two,three")

    up = stack(tmp_path / "run", "up", "--nodes", "3")

    assert up.returncode == 1
    assert up.stderr.splitlines() == [
        "AMQP_URL names the broker with all its nodes. Leave out --nodes, or unset AMQP_URL."
    ]


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


@pytest.mark.parametrize("prefix", PREFIXES)
def test_clean_removes_data_behind_a_link_and_nothing_else_behind_the_link(prefix: str, tmp_path: Path) -> None:
    aside, strange = tmp_path / f"{prefix}abc", tmp_path / "strange"
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


def test_the_second_start_says_where_the_first_is_and_how_to_end_it(tmp_path: Path) -> None:
    run = run_directory(tmp_path / "run")
    claim = RunClaim(run)
    how = f"End it with Ctrl-C in its terminal, or here: python -m sandbox.stack --directory {run} down"

    early = stack(run, "up")
    (run / "stack.json").write_text('{"gateway": "http://127.0.0.1:8080"}')
    late = stack(run, "up")
    claim.release()

    pid = os.getpid()
    assert early.stderr.splitlines() == [f"HotelMate already runs in {run}, starting or ending (pid {pid}). {how}"]
    assert late.stderr.splitlines() == [f"HotelMate already runs in {run}, at http://127.0.0.1:8080 (pid {pid}). {how}"]
    assert (early.returncode, late.returncode) == (1, 1)
    RunClaim(run).release()


def test_of_two_starts_at_the_same_moment_one_is_refused(tmp_path: Path) -> None:
    run = run_directory(tmp_path / "run")

    def claim() -> RunClaim | None:
        try:
            return RunClaim(run)
        except RuntimeError:
            return None

    with ThreadPoolExecutor(8) as together:
        claims = [future.result() for future in [together.submit(claim) for _ in range(8)]]

    assert len([each for each in claims if each]) == 1


@AS_ROOT
def test_a_disk_that_is_too_full_to_start_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with disk(tmp_path, megabytes=20) as place:
        up = stack(place / "run", "up")

    assert up.returncode == 1
    full = f"The disk that holds {place / 'run'} is full (19 MB are free)"
    assert up.stderr.strip() == f"{full}: make room there, at least 300 MB, and run this again."


@AS_ROOT
def test_a_disk_without_room_for_one_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    with disk(tmp_path, megabytes=1) as place:
        (place / "run").mkdir()
        fill(place / "all")
        up = stack(place / "run", "up")

    assert up.returncode == 1
    assert re.fullmatch(r"\s*The disk that holds \S+ is full \(0 MB are free\): make room there, .*\n", up.stderr)


@AS_ROOT
@pytest.mark.long
def test_a_disk_that_becomes_full_while_starting_is_named_instead_of_a_traceback(tmp_path: Path) -> None:
    migrate = "import pathlib; pathlib.Path({path!r}).write_bytes(b'x' * 1024**3)"
    with disk(tmp_path, megabytes=400) as place:
        system = replace(SYSTEM, migrate=(sys.executable, "-c", migrate.format(path=str(place / "all"))))
        with temporary_run() as run, pytest.raises(RuntimeError, match="No space left on device") as failure:
            Stack.start(run, commands=system)
        sentence = about_disk(failure.value, place)

    assert len(str(failure.value).splitlines()) > 3
    assert sentence
    assert sentence.startswith(f"The disk that holds {place} is full (")
    assert "\n" not in sentence


@AS_ROOT
def test_a_refusal_is_said_in_its_own_words_beside_a_full_disk(tmp_path: Path) -> None:
    with disk(tmp_path, megabytes=20) as place:
        claim = RunClaim(run_directory(place / "run"))
        up = stack(place / "run", "up")
        claim.release()

    assert up.returncode == 1
    assert up.stderr.startswith(f"HotelMate already runs in {place / 'run'}")


def test_a_failure_beside_a_disk_with_room_is_said_in_its_own_words(tmp_path: Path) -> None:
    assert about_disk(RuntimeError("no such key"), tmp_path) is None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_an_error_of_a_full_disk_names_the_place(number: int) -> None:
    error = OSError(number, os.strerror(number), "/dev/shm/somewhere/file")

    sentence = about_disk(error, Path("/"))

    assert sentence
    assert sentence.startswith("The disk that holds /dev/shm/somewhere is full")


@contextmanager
def disk(around: Path, *, megabytes: int) -> Iterator[Path]:
    """A disk of this size; skips the test where none can be made."""
    place = around / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], check=False)
    if mounted.returncode:
        pytest.skip("no disk can be made here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def stack(directory: Path, *verb: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sandbox.stack", "--directory", str(directory), *verb],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
