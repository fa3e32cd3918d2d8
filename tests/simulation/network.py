"""Asks between processes: a request and its reply are each on their way, and each may be lost, late, or too late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chassis import codec, time_limits
from chassis.messaging import ask_protocol
from chassis.refusal import Unavailable
from chassis.service import method_of
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames
from contracts.message import Ask, reply_type
from contracts.values import Context
from tests.simulation.tasks import Task

if TYPE_CHECKING:
    from tests.simulation.processes import SimulatedProcess
    from tests.simulation.world import World


@dataclass(eq=False)
class AskInFlight:
    """An ask that was sent: its request or its reply is on its way, or a process has it.

    `until` is the asker's deadline in the world's seconds.
    """

    service: str
    method: str
    body: bytes
    until: float
    asker: Task
    reply: bytes | None = None
    problem: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the reply is on its way, or has come."""
        return self.reply is not None or bool(self.problem)


class Network:
    """The asks on their way. `in_flight` are the requests and replies that the world may deliver next."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.in_flight: list[AskInFlight] = []

    def ask(
        self, message: Ask[Any], context: Context, *, asker: SimulatedProcess | None = None, service: str = ""
    ) -> Any:
        """Ask, and wait for the reply. Raises the service's `Refusal`, and `Unavailable` where no reply comes in time.

        Called in a task: of the process `asker`, or of an actor.
        """
        world, method = self._world, method_of(type(message))
        if isinstance(message, GetStaffNames):
            if world.fault("the gateway does not answer", 0.1):
                raise Unavailable("gateway did not answer")
            return StaffNames(names={})
        seconds = message.answered_within
        body = codec.encode({"message": message, "context": context})
        if asker is not None:
            world.point("ask", "before", method)
        task = world.turns.current_task()
        ask = AskInFlight(service or message.owner, method, body, world.elapsed + seconds, task)
        self.in_flight.append(ask)
        world.turns.wait(until=ask.until)
        if asker is not None:
            world.point("ask", "after", method)
        if ask.reply is None or not task.signalled:
            raise Unavailable(ask.problem or f"{ask.service} did not answer {method} in {seconds:g} s")
        answer = codec.decode(ask.reply)
        if answer["error"]:
            ask_protocol.raise_error(answer["error"])
        return codec.typed(answer["result"], reply_type(type(message)))

    def deliver(self, ask: AskInFlight) -> str:
        """Bring a request to a process, or a reply to its asker. Returns what happened, for the trace."""
        world = self._world
        self.in_flight.remove(ask)
        if world.fault("a message is lost", world.mixture.lost):
            return f"lost {'reply' if ask.is_answered else 'request'} {ask.method}"
        world.shares["reply" if ask.is_answered else "request"] += 1
        if ask.is_answered:
            ask.asker.signal()
            return f"reply {ask.method}"
        if world.elapsed > ask.until:
            return f"expired {ask.method}"
        processes = world.living(ask.service)
        if not processes:
            ask.problem = "no process of the service runs"
            ask.asker.signal()
            return f"returned {ask.method}"
        process = world.choices.pick("process", processes)
        process.asks.append(ask)
        return f"request {ask.method} to {process.name}"

    def begin(self, process: SimulatedProcess) -> str:
        """Have the process begin the next ask of its queue, unless the ask's deadline has passed."""
        ask = process.asks.popleft()
        if self._world.elapsed > ask.until:
            return f"refused {ask.method}: its deadline has passed"
        self._world.turns.spawn(f"ask {ask.method}", lambda: self._handle(ask, process), process)
        return f"{process.name} begins {ask.method}"

    def _handle(self, ask: AskInFlight, process: SimulatedProcess) -> None:
        world = self._world
        plain = codec.decode(ask.body)
        seconds = max(0.0, ask.until - world.elapsed) + time_limits.AFTER_THE_ASKS_DEADLINE
        try:
            with world.turns.deadline(seconds):
                answer = process.ask_server.handle(ask.method, plain["message"], plain["context"])
            reply = ask_protocol.reply_body(answer.reply)
        except Exception as problem:
            world.runtime_checks.handler_failed(ask, problem)
            reply = ask_protocol.error_body(problem)
        world.point("reply", "before")
        ask.reply = reply
        self.in_flight.append(ask)
        world.point("reply", "after")
