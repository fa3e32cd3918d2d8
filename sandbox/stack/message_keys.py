"""The keys of messages of all processes, derived from the run's master key by a program of the chassis."""

import os
import subprocess

from sandbox.stack.commands import Argv
from sandbox.stack.stack_config import ROOT


def derive_keys(argv: Argv, master_key: str) -> dict[str, str]:
    """The keys by the variable that a process reads; none without a program. Raises RuntimeError where that fails."""
    if not argv:
        return {}
    environment = os.environ | {"MESSAGE_MASTER_KEYS": master_key, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"The keys of messages cannot be derived: {done.stderr.strip()}")
    return dict(line.split("=", 1) for line in done.stdout.splitlines())
