"""The gateway's real application in front of a town: HTTP in, the services' own answers out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contracts.message import Ask
from contracts.values import Context
from gateway.bus.port import DEADLINE
from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL, Scene
from tests.fakes.town import Town
from tests.unit.gateway.builders import staff
from tests.unit.gateway.fakes import FakeBus, Gateway, code


class TownBus(FakeBus):
    """Brings asks to the town's houses, and counts them."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self._town = town

    async def ask(
        self, message: Ask[Any], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Any, bool]:
        self.asks.append((message, context))
        return self._town.ask(message, context, service=service), False


class Colleague:
    """A member of the hotel's staff at their own screen."""

    def __init__(self, gateway: Gateway, role: Role, **who: Any) -> None:
        self._gateway = gateway
        self._signed = gateway.accounts.signed_in(staff(role, hotel=HOTEL, **who))

    def does(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """What the hotel's API answers, which must be with this status."""
        sent = {} if body is None else {"json": body}
        answer = self._gateway.call(method, f"/api/staff/hotels/{HOTEL}/{path}", headers=self._signed, **sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    def is_refused(self, method: str, path: str, body: Any = None) -> str:
        """The code that they are told instead."""
        sent = {} if body is None else {"json": body}
        answer = self._gateway.call(method, f"/api/staff/hotels/{HOTEL}/{path}", headers=self._signed, **sent)
        return code(answer)


@contextmanager
def open_gateway(scene: Scene) -> Iterator[Gateway]:
    """The application, for as long as it is needed."""
    gateway = Gateway(bus=TownBus(scene.town))
    try:
        yield gateway
    finally:
        gateway.close()
