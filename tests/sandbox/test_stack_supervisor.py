"""The supervisor: restarts what crashes, shows what everybody says, and ends only what it started."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sandbox.stack.managed_process import Backoff
from sandbox.stack.process_table import born_at, running_pid
from sandbox.stack.supervisor import Supervisor
from sandbox.stack.waiting import Patience
from tests.sandbox.soon import soon

FOREVER = "import time\nwhile True: time.sleep(0.05)"
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\n" + FOREVER
PARENT = "import subprocess, sys\nc = subprocess.Popen(['sleep', '600'])\nprint(c.pid, flush=True)\nc.wait()"


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(tmp_path: Path, terminal: io.StringIO) -> Iterator[Supervisor]:
    with Supervisor(tmp_path, terminal=terminal, grace=0.5, backoff=Backoff(first=0.05, most=0.2)) as supervisor:
        yield supervisor


def test_a_killed_program_is_started_again_and_it_says_so(supervisor: Supervisor, terminal: io.StringIO) -> None:
    supervisor.start("worker", python(FOREVER))
    first = supervisor.pid("worker")

    supervisor.kill("worker", signal.SIGKILL)

    soon(lambda: supervisor.pid("worker") not in {None, first})
    assert supervisor.crashes("worker") == 1
    supervisor.output.drain()
    assert "worker ended (killed by SIGKILL); starting it again in 0.1 s" in terminal.getvalue()


def test_a_program_that_keeps_crashing_is_given_more_and_more_time(supervisor: Supervisor) -> None:
    supervisor.start("broken", python("raise SystemExit(3)"))

    soon(lambda: supervisor.crashes("broken") >= 3)

    assert [Backoff().after(crashes) for crashes in (1, 2, 3, 4, 99)] == [0.2, 0.4, 0.8, 1.6, 10.0]


def test_a_stopped_program_stays_stopped_until_it_is_restarted(supervisor: Supervisor) -> None:
    supervisor.start("worker", python(FOREVER))
    first = supervisor.pid("worker")

    supervisor.stop("worker")
    assert not supervisor.alive("worker")
    supervisor.restart("worker")

    assert supervisor.pid("worker") not in {None, first}
    assert supervisor.crashes("worker") == 0


def test_the_output_of_programs_is_merged_under_their_names_and_logged(
    supervisor: Supervisor, terminal: io.StringIO, tmp_path: Path
) -> None:
    supervisor.start("one", python("print('hello', flush=True); " + "import time; time.sleep(60)"))
    supervisor.start("two", python("import sys; print('oh no', file=sys.stderr); import time; time.sleep(60)"))

    soon(lambda: "one        | hello" in terminal.getvalue() and "two        | oh no" in terminal.getvalue())

    assert (tmp_path / "logs" / "one.log").read_text() == "hello\n"
    assert (tmp_path / "logs" / "two.log").read_text() == "oh no\n"


def test_a_muted_terminal_still_hears_of_crashes(supervisor: Supervisor, terminal: io.StringIO, tmp_path: Path) -> None:
    supervisor.output.muted = True
    supervisor.start("chatty", python("print('secretly'); raise SystemExit(1)"))

    soon(lambda: "chatty ended (exit code 1)" in terminal.getvalue())

    assert "secretly" not in terminal.getvalue()
    assert "secretly" in (tmp_path / "logs" / "chatty.log").read_text()


def test_a_program_goes_on_and_is_logged_while_the_terminal_is_gone(tmp_path: Path) -> None:
    chatty = "import time\nfor n in range(10**6): print(n, 'x' * 1000, flush=True); time.sleep(0.001)"
    reading, writing = os.pipe()
    with open(writing, "w", encoding="utf-8") as pipe, Supervisor(tmp_path, terminal=pipe, grace=0.5) as supervisor:
        os.close(reading)
        supervisor.start("chatty", python(chatty))

        soon(lambda: len(supervisor.output.tail("chatty", lines=10**6).splitlines()) > 200)

        assert supervisor.crashes("chatty") == 0


def test_a_program_goes_on_while_its_log_file_cannot_be_written(tmp_path: Path, terminal: io.StringIO) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "chatty.log").symlink_to("/dev/full")
    with Supervisor(tmp_path, terminal=terminal, grace=0.5) as supervisor:
        supervisor.start("chatty", python("for n in range(10_000): print(n)\nprint('done', flush=True)\n" + FOREVER))

        soon(lambda: "chatty     | done" in terminal.getvalue())

        assert supervisor.alive("chatty")
    assert terminal.getvalue().count("cannot be written: No space left on device") == 1


def test_closing_ends_whole_groups_in_reverse_and_nothing_else(supervisor: Supervisor, tmp_path: Path) -> None:
    leaving = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (open({!r}, 'a').write({!r}), sys.exit()))\n"
    )
    journal = tmp_path / "journal"
    stranger = subprocess.Popen([sys.executable, "-c", FOREVER])
    for name in ("a", "b", "c"):
        supervisor.start(name, python(leaving.format(str(journal), name) + "print('on', flush=True)\n" + FOREVER))
        soon(partial(said, supervisor, name, "on"))
    supervisor.start("parent", python(PARENT))
    soon(lambda: supervisor.output.tail("parent").strip().isdigit())
    grandchild = int(supervisor.output.tail("parent"))

    supervisor.close()

    assert journal.read_text() == "cba"
    assert born_at(grandchild) is None
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_program_that_ignores_the_signal_is_killed(supervisor: Supervisor) -> None:
    supervisor.start("stubborn", python(STUBBORN))
    soon(lambda: "deaf" in supervisor.output.tail("stubborn"))
    pid = supervisor.pid("stubborn")
    assert pid

    supervisor.close()

    assert born_at(pid) is None


def test_a_frozen_program_can_still_be_ended(supervisor: Supervisor) -> None:
    supervisor.start("frozen", python(FOREVER))
    supervisor.kill("frozen", signal.SIGSTOP)

    supervisor.stop("frozen")

    assert not supervisor.alive("frozen")
    assert supervisor.crashes("frozen") == 0


def test_a_command_run_to_its_end_gives_its_lines_or_its_last_words(supervisor: Supervisor) -> None:
    assert supervisor.run("good", python("print(1); print(2)")) == ["1", "2"]

    with pytest.raises(RuntimeError, match=r"bad failed \(exit code 4\):\n  it broke"):
        supervisor.run("bad", python("print('it broke'); raise SystemExit(4)"))


def test_a_command_that_is_not_shown_speaks_to_its_caller_alone(supervisor: Supervisor, terminal: io.StringIO) -> None:
    assert supervisor.run("quiet", python("print('a password')"), echo=False) == ["a password"]

    supervisor.output.drain()
    assert terminal.getvalue() == ""
    assert supervisor.output.tail("quiet") == ""


def test_a_command_that_makes_no_progress_is_ended(supervisor: Supervisor) -> None:
    with pytest.raises(RuntimeError, match="slow was not ready and has made no progress"):
        supervisor.run("slow", python(FOREVER), patience=Patience(without_progress=0.3))


def test_a_program_left_behind_by_a_killed_supervisor_is_ended_first(tmp_path: Path) -> None:
    abandoning = (
        "import os, pathlib, sys\nfrom sandbox.stack.supervisor import Supervisor\n"
        f"s = Supervisor(pathlib.Path({str(tmp_path)!r}), terminal=None)\n"
        f"s.start('worker', [sys.executable, '-c', {FOREVER!r}])\nprint(s.pid('worker'), flush=True)\nos._exit(9)"
    )
    left = int(subprocess.run(python(abandoning), capture_output=True, text=True, check=False).stdout)
    assert running_pid(tmp_path / "pids" / "worker") == left

    with Supervisor(tmp_path, terminal=None) as supervisor:
        supervisor.start("worker", python(FOREVER))

        assert born_at(left) is None
        assert supervisor.alive("worker")


def test_a_note_about_a_pid_that_now_is_a_strangers_is_not_believed(tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_text(f"{os.getpid()} 12345\n")

    assert running_pid(note) is None


def said(supervisor: Supervisor, name: str, words: str) -> bool:
    return words in supervisor.output.tail(name)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]
