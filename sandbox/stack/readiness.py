"""Waits until the programs of a stack are ready, and gives up on one that keeps ending."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from sandbox.stack.commands import Commands
from sandbox.stack.copies import copies_of
from sandbox.stack.http_probe import is_ok
from sandbox.stack.ports import LOOPBACK, answers
from sandbox.stack.queue_consumers import all_consumed, is_asked
from sandbox.stack.stack_config import StackConfig
from sandbox.stack.supervisor import Supervisor
from sandbox.stack.waiting import until

HOPELESS_AFTER = 4
STAND_IN_PORTS = {"stripe": "STRIPE_PORT", "pusher": "PUSHER_PORT", "mailbox": "MAILBOX_HTTP_PORT"}


class StackReadiness:
    """The waits of one stack. They raise RuntimeError or TimeoutError where a program does not become ready."""

    def __init__(self, supervisor: Supervisor, config: StackConfig, commands: Commands, *, copies: int) -> None:
        self._supervisor, self._config, self._commands, self._copies = supervisor, config, commands, copies

    def await_all(self, services: Iterable[str], gateways: Mapping[str, int], *, amqp_url: str) -> None:
        """Wait until everything is ready: stand-ins, services, and gateways by the port of each."""
        self._await_stand_ins()
        self._await_services(services, amqp_url)
        self._await_gateways(gateways)

    def _await_stand_ins(self) -> None:
        for name in self._commands.stand_ins.keys() & STAND_IN_PORTS:
            self._until(name, partial(answers, self._config.ports[STAND_IN_PORTS[name]]))

    def _await_services(self, services: Iterable[str], amqp_url: str) -> None:
        """Wait until the services consume their queues and answer asks."""
        for service in services if self._commands.queues and self._commands.service else ():
            name = next(copies_of(service, self._copies))
            queues = [queue.format(service=service) for queue in self._commands.queues]
            self._until(name, partial(all_consumed, amqp_url, queues))
            asks = self._commands.asks.format(service=service)
            self._until(name, partial(is_asked, amqp_url, asks))

    def _await_gateways(self, ports: Mapping[str, int]) -> None:
        for name, port in ports.items() if self._commands.gateway else ():
            self._until(name, partial(is_ok, f"http://{LOOPBACK}:{port}/readyz"))
        if self._copies > 1:
            self._until("balancer", partial(is_ok, f"{self._config.url('GATEWAY_PORT')}/readyz"))

    def _until(self, name: str, condition: Callable[[], bool]) -> None:
        awaited, say = self._supervisor.awaited(name), self._supervisor.output.say
        until(condition, awaited, abort=self._hopeless, say=say, every=0.2)

    def _hopeless(self) -> str | None:
        if self._supervisor.closing:
            return "The stack is ending."
        for name in self._supervisor.names():
            if self._supervisor.crashes(name) >= HOPELESS_AFTER:
                return f"{name} keeps ending:\n{self._supervisor.output.tail(name)}"
        return None
