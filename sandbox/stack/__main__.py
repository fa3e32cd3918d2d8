"""`python -m sandbox.stack up | run | down | clean`: the whole system from the command line."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from sandbox.stack.commands import COMMANDS, SERVICES, Commands
from sandbox.stack.data_aside import vacate
from sandbox.stack.disk import about_disk, full_disk
from sandbox.stack.foreground import run_in_foreground
from sandbox.stack.postgres_copy import remove_copy
from sandbox.stack.postgres_programs import bundled
from sandbox.stack.process_table import running_pid
from sandbox.stack.run_claim import NOTE, RUN, end_leftovers
from sandbox.stack.run_directory import refuse_another_users
from sandbox.stack.signals import handled_signals
from sandbox.stack.stack import Stack
from sandbox.stack.stack_config import ROOT, wanted_ports
from sandbox.stack.terminal import say
from sandbox.stack.welcome import print_addresses

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, *, commands: Commands = COMMANDS) -> int:
    """Run the command; returns 0 on success, with `--once` the walkthrough's exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.stack", description=__doc__)
    parser.add_argument("--directory", type=Path, default=RUN, help="where the run keeps its data (default: .run)")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("up", help="start everything and stay until Ctrl-C")
    verb.add_argument("--walk", action="store_true", help="walk bookings through their lives, then stay")
    verb.add_argument("--copies", type=int, default=1, help="how many of each service, relay and gateway (default: 1)")
    verb.add_argument("--once", action="store_true", help="the same, then end with the walk's exit code")
    verb.add_argument("--nodes", type=int, default=1, metavar="N", help="how many nodes RabbitMQ has (default: 1)")
    verb = verbs.add_parser("run", help="run one service of the running stack in this terminal, for a debugger")
    verb.add_argument("service", choices=SERVICES)
    verbs.add_parser("down", help="end the stack that runs here")
    verbs.add_parser("clean", help="end it and remove its data")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.verb == "up":
            walk = chosen.walk or chosen.once
            return up(
                chosen.directory,
                walk=walk,
                once=chosen.once,
                commands=commands,
                copies=chosen.copies,
                nodes=chosen.nodes,
            )
        if chosen.verb == "run":
            return run_in_foreground(chosen.directory, chosen.service, commands=commands)
        return down(chosen.directory) if chosen.verb == "down" else clean(chosen.directory)
    except (RuntimeError, OSError) as error:
        say(about_disk(error, chosen.directory) or _in_words(error), to=sys.stderr)
        return 1


def up(directory: Path, *, walk: bool, once: bool, commands: Commands, copies: int = 1, nodes: int = 1) -> int:
    """Start the whole system in the foreground, and end it at a signal; returns the exit code."""
    began, ending, lost = time.monotonic(), threading.Event(), threading.Event()
    ports = wanted_ports(os.environ)
    stack = Stack(directory, commands=commands, wanted_ports=ports, terminal=sys.stdout, copies=copies, nodes=nodes)

    def end(sentence: str = "Ending what was started (once more to hurry).") -> None:
        ending.set()
        stack.say(f"\n{sentence}")
        stack.halt()

    def end_as_lost(gone: Path) -> None:
        lost.set()
        end(f"{gone} is gone, so everything that was started ends.")

    with handled_signals(end, again=stack.supervisor.hurry):
        threading.Thread(target=_watch_run_directory, args=(stack, ending, end_as_lost), daemon=True).start()
        try:
            stack.bring_up()
            stack.say(f"ready after {time.monotonic() - began:.1f} s")
            threading.Thread(target=stack.look_after_nodes, args=(ending,), daemon=True).start()
            verdict = _walk(stack, ending) if walk else 0
            if not once and not ending.is_set():
                print_addresses(stack)
                ending.wait()
        except (RuntimeError, OSError) as error:
            if not ending.is_set():
                sentence = about_disk(error, directory) or full_disk(directory) or _in_words(error)
                say(f"\n{sentence}", to=sys.stderr)
            verdict = INTERRUPTED if ending.is_set() else 1
        finally:
            ending.set()
            stack.close()
    stack.say("Everything that was started has ended.")
    stack.supervisor.output.drain()
    return 1 if lost.is_set() else verdict


def _watch_run_directory(stack: Stack, ending: threading.Event, end: Callable[[Path], None]) -> None:
    """Watch until `ending` is set. A removed directory is passed to `end`; a full disk is reported once."""
    full = False
    while not ending.wait(1.0):
        if gone := stack.missing():
            end(gone)
            return
        if not full and (sentence := full_disk(stack.directory)):
            full = True
            stack.say(sentence)


def down(directory: Path) -> int:
    """Send SIGTERM to the stack of this directory, and wait up to two minutes for its end; returns the exit code."""
    note = directory / NOTE
    if directory.exists() and os.geteuid() != 0:
        refuse_another_users(directory)
    pid = running_pid(note)
    if pid is None:
        ended = end_leftovers(directory)
        left = f" What an earlier one had left behind has ended: {ended} processes." if ended else ""
        say(f"No stack runs in {directory}.{left}")
        return 0
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 120
    while running_pid(note) == pid:
        if time.monotonic() > deadline:
            say(
                f"The stack (pid {pid}) has not ended after two minutes. Kill it, then end what it leaves behind:"
                f" kill -KILL {pid}, and this command again",
                to=sys.stderr,
            )
            return 1
        time.sleep(0.05)
    say("The stack has ended.")
    return 0


def clean(directory: Path) -> int:
    """End the stack of the directory and remove its data. With `.run`, remove the copied PostgreSQL programs, too."""
    if code := down(directory):
        return code
    if directory.exists():
        vacate(directory)
    if directory.exists():  # say why it could not be removed
        shutil.rmtree(directory)
    if directory == RUN and (programs := bundled()):
        remove_copy(programs)
    return 0


def _in_words(error: Exception) -> str:
    """The error as a sentence; for an OSError, with the name of the file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return str(error)


def _walk(stack: Stack, ending: threading.Event) -> int:
    """Run the walkthrough with sole use of the terminal; the programs' output goes to the log files only."""
    stack.supervisor.output.muted = True
    stack.supervisor.output.drain()
    walk = subprocess.Popen(stack.walk_argv(), cwd=ROOT, env=stack.environment, start_new_session=True)  # noqa: S603
    while walk.poll() is None and not ending.wait(0.05):
        pass
    stack.supervisor.output.muted = False
    if walk.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(walk.pid, signal.SIGTERM)
        walk.wait()
        return INTERRUPTED
    return walk.returncode


if __name__ == "__main__":
    sys.exit(main())
