"""The gateway's application over a platform: HTTP requests, real answers of the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contracts.message import Ask
from contracts.values import Context
from gateway.bus.port import DEADLINE
from gateway.identity.roles import Role
from tests.conversations.conftest import HOTEL, PlatformFixture
from tests.fakes.platform import Platform
from tests.unit.gateway.builders import staff
from tests.unit.gateway.fakes import FakeBus, Gateway, code


class PlatformBus(FakeBus):
    """Sends asks to the platform and records them."""

    def __init__(self, platform: Platform) -> None:
        super().__init__()
        self._platform = platform

    async def ask(
        self, message: Ask[Any], context: Context, *, service: str | None = None, deadline: float = DEADLINE
    ) -> tuple[Any, bool]:
        self.asks.append((message, context))
        return self._platform.ask(message, context, service=service), False


class StaffClient:
    """A staff client of the HTTP API."""

    def __init__(self, gateway: Gateway, role: Role, **account: Any) -> None:
        self._gateway = gateway
        self._signed = gateway.accounts.signed_in(staff(role, hotel=HOTEL, **account))

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """The response body; asserts the status."""
        sent = {} if body is None else {"json": body}
        answer = self._gateway.call(method, f"/api/staff/hotels/{HOTEL}/{path}", headers=self._signed, **sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    def refusal_code(self, method: str, path: str, body: Any = None) -> str:
        """The error code of the response."""
        sent = {} if body is None else {"json": body}
        answer = self._gateway.call(method, f"/api/staff/hotels/{HOTEL}/{path}", headers=self._signed, **sent)
        return code(answer)


@contextmanager
def open_gateway(fixture: PlatformFixture) -> Iterator[Gateway]:
    """The gateway over this platform, until the block ends."""
    gateway = Gateway(bus=PlatformBus(fixture.platform))
    fixture.platform.staff_names = gateway.accounts.known_names
    try:
        yield gateway
    finally:
        gateway.close()
