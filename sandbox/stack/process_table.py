"""The system's table of processes: start times, descendants and CPU time by pid."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def born_at(pid: int) -> str | None:
    """The start time of the process, which tells apart two processes with one pid. None if no such process runs."""
    if PROC.joinpath("self", "stat").exists():
        fields = _stat(pid)
        return fields[19] if fields and fields[0] != "Z" else None
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return (
        None if answer.returncode or answer.stdout.lstrip().startswith("Z") else answer.stdout.partition(" ")[2].strip()
    )


def still_runs(pid: int, birth: str | None) -> bool:
    """Whether the process that had this pid and start time still runs; another process may have its pid by now."""
    return birth is not None and born_at(pid) == birth


def pid_record(pid: int) -> str:
    return f"{pid} {born_at(pid)}\n"


def running_pid(note: Path) -> int | None:
    """The pid in the file `note`, or None where that process no longer runs, even if its pid is in use again."""
    with suppress(OSError, ValueError):
        pid, _, birth = note.read_text("utf-8").strip().partition(" ")
        return int(pid) if birth and still_runs(int(pid), birth) else None
    return None


def descendants(pid: int) -> list[int]:
    """The pids of all descendants. PostgreSQL's children have their own sessions, which no group signal reaches."""
    parents: dict[int, list[int]] = {}
    for each in (int(entry.name) for entry in PROC.glob("[0-9]*")):
        if fields := _stat(each):
            parents.setdefault(int(fields[1]), []).append(each)
    pids: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        pids += children
        waiting += children
    return pids


def cpu_seconds(pid: int) -> float:
    """The CPU time that the process and its living descendants have used; 0 where the system does not tell."""
    own_and_ended_children = slice(11, 15)
    ticks = [int(field) for each in (pid, *descendants(pid)) for field in _stat(each)[own_and_ended_children]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/<pid>/stat` behind the process's name. Empty if there is no such process or no `/proc`."""
    with suppress(OSError):
        return (PROC / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return []
