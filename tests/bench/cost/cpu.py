"""CPU time by group of processes, from `/proc/<pid>/stat` of every process, ended children included."""

from collections.abc import Collection, Mapping

from sandbox.stack.commands import SERVICES
from sandbox.stack.copies import kind_of
from sandbox.stack.process_table import cpu_seconds
from sandbox.stack.stack import Stack

GATEWAY, RELAY, RABBITMQ, POSTGRESQL = "gateway", "relay", "RabbitMQ", "PostgreSQL"
BARE_PROGRAM, BARE_SERVER = "bare program", "bare server"
GROUPS = (GATEWAY, *SERVICES, RELAY, RABBITMQ, POSTGRESQL)


def roots_of(stack: Stack) -> dict[str, list[int]]:
    """The pids by group; stand-ins are in none. The descendants of each, such as PostgreSQL's, belong to its group.

    Raises RuntimeError where a group has no running process.
    """
    roots: dict[str, list[int]] = {group: [] for group in GROUPS}
    for name in stack.supervisor.names():
        if kind_of(name) in roots:
            roots[kind_of(name)].append(stack.supervisor.pid(name) or 0)
    for group, server in ((RABBITMQ, stack.rabbit), (POSTGRESQL, stack.postgres)):
        roots[group].append(getattr(server, "pid", None) or 0)
    if ended := sorted(group for group, pids in roots.items() if not pids or 0 in pids):
        raise RuntimeError(f"no process of {', '.join(ended)} runs on this machine")
    return roots


def cpu_by_group(roots: Mapping[str, Collection[int]], *, without: Mapping[str, Collection[int]]) -> dict[str, float]:
    """The seconds of CPU time that each group has used, less those of the processes `without` of the group.

    A server process that works for the measurement itself is left out by `without`; it must live on until the end.
    """
    return {
        group: sum(map(cpu_seconds, pids)) - sum(map(cpu_seconds, without.get(group, ())))
        for group, pids in roots.items()
    }
