"""The whole system as it is, and without what protects it: one administrator for all, and nothing signed."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.stack.commands import COMMANDS, PYTHON, Commands
from sandbox.stack.process_table import cpu_seconds
from sandbox.stack.stack import Stack

STAND_INS = frozenset(COMMANDS.stand_ins)
ENVIRONMENT: Mapping[str, str] = MappingProxyType({"LOG_LEVEL": "WARNING", "LOG_FORMAT": "json"})
UNPROTECTED = Commands(message_keys=(), definitions=(), gateway=(*PYTHON, "tests.bench.unfair_gateway"))


class UnprotectedStack(Stack):
    """Every process is the administrator of the broker; without keys, nothing is signed or verified."""

    def _amqp_url_of(self, user: str) -> str:
        return self.rabbit.amqp_url


def cpu_of(stack: Stack) -> float:
    """The CPU time that all processes of the stack have used, broker and database included, stand-ins excluded."""
    names = [name for name in stack.supervisor.names() if name not in STAND_INS]
    nodes = [getattr(node, "pid", None) for node in (stack.rabbit, stack.postgres)]
    pids = [*map(stack.supervisor.pid, names), *nodes]
    assert all(pids), "a part of the stack does not run"
    return sum(cpu_seconds(pid) for pid in pids if pid)
