"""Runs one service of a running stack in this terminal, for a debugger: `python -m sandbox.stack run rooms`.

The supervised process of the service is ended first, and started again after the process in the terminal has ended.
"""

import json
import os
from pathlib import Path
from typing import NoReturn

from sandbox.stack.child_process import end_earlier_process
from sandbox.stack.commands import Commands, filled
from sandbox.stack.copies import kind_of
from sandbox.stack.process_table import pid_record, running_pid
from sandbox.stack.run_claim import NOTE
from sandbox.stack.run_directory import write_private
from sandbox.stack.stack import ENVIRONMENT
from sandbox.stack.stack_config import ROOT
from sandbox.stack.terminal import say


def run_in_foreground(directory: Path, service: str, *, commands: Commands) -> NoReturn:
    """Become the service, in this terminal. Raises RuntimeError where no stack is running."""
    if running_pid(directory / NOTE) is None:
        raise RuntimeError(f"No stack runs in {directory}. Start one in another terminal: make up")
    environments = json.loads((directory / ENVIRONMENT).read_text("utf-8"))
    name = next(name for name in environments if kind_of(name) == service)  # the first, where several run
    pid_file, environment = directory / "pids" / name, environments[name]
    write_private(pid_file.with_suffix(".held"), pid_record(os.getpid()))
    end_earlier_process(pid_file)
    say(f"{name} runs here until Ctrl-C; then the stack runs it again.")
    argv = filled(commands.service, {"service": service})
    os.chdir(ROOT)
    os.execvpe(argv[0], argv, os.environ | environment)  # noqa: S606
