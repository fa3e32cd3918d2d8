"""A rolling restart: each process of the product in turn is stopped by SIGTERM and started again."""

import time
from dataclasses import dataclass

from sandbox.chaos.processes import ProgramProcess
from sandbox.chaos.system import ChaosSystem

READY_WITHIN = 60.0


@dataclass(frozen=True)
class Restart:
    """One process's restart: the seconds of its orderly end, and from its start until it was ready."""

    process: str
    stopped: float
    ready: float


def rolling_restart(system: ChaosSystem) -> list[Restart]:
    """Restart each process of the product once the one before is ready again; the servers go on."""
    return [_restart(process) for process in system.processes.values() if isinstance(process, ProgramProcess)]


def _restart(process: ProgramProcess) -> Restart:
    began = time.monotonic()
    process.stop()
    stopped = time.monotonic() - began
    process.start()
    return Restart(process.name, stopped, process.wait_ready(READY_WITHIN))
