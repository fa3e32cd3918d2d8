"""Runs one service of a running stack in this terminal, for a debugger: `python -m sandbox.stack run rooms`.

The supervised process of the service is ended first, and started again after the process in the terminal has ended.
"""

import json
import os
import subprocess
from pathlib import Path

from sandbox.stack.child_process import end_earlier_process, pid_record, running_pid
from sandbox.stack.commands import Commands, filled
from sandbox.stack.run_directory import write_private
from sandbox.stack.stack import ENVIRONMENT, NOTE
from sandbox.stack.stack_config import ROOT
from sandbox.stack.terminal import say


def run_in_foreground(directory: Path, service: str, *, commands: Commands) -> int:
    """Run the service in this terminal; returns its exit code. Raises RuntimeError where no stack is running."""
    if running_pid(directory / NOTE) is None:
        raise RuntimeError(f"No stack runs in {directory}. Start one in another terminal: make up")
    pid_file = directory / "pids" / service
    held = pid_file.with_suffix(".held")
    environment = json.loads((directory / ENVIRONMENT).read_text("utf-8"))
    write_private(held, pid_record(os.getpid()))
    try:
        end_earlier_process(pid_file)
        argv = filled(commands.service, {"service": service})
        say(f"{service} runs here until Ctrl-C; then the stack runs it again.")
        return subprocess.call(argv, cwd=ROOT, env=os.environ | environment)  # noqa: S603
    except KeyboardInterrupt:
        return 0
    finally:
        held.unlink(missing_ok=True)
