"""Runs one service of a running stack in this terminal, for a debugger: `python -m sandbox.stack run rooms`.

The supervised process of the service is ended first, and started again after the process in the terminal has ended.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from sandbox.stack.commands import Commands, filled
from sandbox.stack.layout import ROOT
from sandbox.stack.places import write_private
from sandbox.stack.processes import end_leftover, note_of, noted
from sandbox.stack.stack import ENVIRONMENT, NOTE


def run_in_foreground(directory: Path, service: str, *, commands: Commands) -> int:
    """Run the service in this terminal; returns its exit code. Raises RuntimeError where no stack is running."""
    if noted(directory / NOTE) is None:
        raise RuntimeError(f"No stack runs in {directory}. Start one in another terminal: make up")
    pid_file = directory / "pids" / service
    held = pid_file.with_suffix(".held")
    environment = json.loads((directory / ENVIRONMENT).read_text("utf-8"))
    write_private(held, note_of(os.getpid()))
    try:
        end_leftover(pid_file)
        argv = filled(commands.service, {"service": service})
        sys.stdout.write(f"{service} runs here until Ctrl-C; then the stack runs it again.\n")
        sys.stdout.flush()
        return subprocess.call(argv, cwd=ROOT, env=os.environ | environment)  # noqa: S603
    except KeyboardInterrupt:
        return 0
    finally:
        held.unlink(missing_ok=True)
