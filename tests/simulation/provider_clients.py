"""The ways to the providers, each of which may fail: the card provider, the push provider, the mail server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import stripe

from chassis.refusal import PermanentFailure, RetryLater
from sandbox.stripe.in_memory import InMemoryStripe
from services.notifier.domain.jobs import PushMessage
from services.notifier.mailer.mail import Mail
from services.notifier.pusher_gateway import PusherGateway, batches
from tests.fakes.mails import parsed

if TYPE_CHECKING:
    from tests.simulation.world import World

ERRORS = {"fail_before": "the provider fails", "fail_after": "the provider fails after its work"}


class SimulatedStripeHttp(stripe.HTTPClient):
    """The official library's way to the provider: a call may fail before or after it did the work.

    Mostly the provider gives no answer; sometimes it answers with an error of its own, which it stores for the key.
    """

    name = "simulated"

    def __init__(self, world: World, provider: InMemoryStripe) -> None:
        super().__init__()
        self._world = world
        self._provider = provider

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, *, _usage: list[str] | None = None
    ) -> tuple[str, int, Mapping[str, str]]:
        world = self._world
        world.point("call", "before")
        if world.fault("the provider is away", world.mixture.provider):
            raise stripe.APIConnectionError("no connection")  # type: ignore[no-untyped-call]
        world.shares["call"] += 1
        for kind, what in ERRORS.items():
            if world.fault(what, world.mixture.provider / 4):
                self._provider.fault(kind)
        answer = self._provider.request(method, url, headers, post_data)
        self._provider.state.faults.remove()
        world.point("call", "after")
        if world.fault("the provider's answer is lost", world.mixture.provider):
            raise stripe.APIConnectionError("the connection was cut")  # type: ignore[no-untyped-call]
        return answer

    def close(self) -> None:
        """Do nothing; the official library requires the method."""


class SimulatedPusher(PusherGateway):
    """The push provider: a call may fail, before or after it arrived."""

    def __init__(self, world: World, settings: Any) -> None:
        super().__init__(settings)
        self._world = world

    def send(self, messages: Sequence[PushMessage]) -> None:
        world = self._world
        for batch in batches(messages):
            world.point("call", "before")
            if world.fault("the push fails", world.mixture.notices):
                raise RetryLater("PUSH_UNREACHABLE")
            world.shares["push"] += 1
            world.providers.pusher.extend(batch)
            world.point("call", "after")
            if world.fault("the push's answer is lost", world.mixture.notices):
                raise RetryLater("PUSH_UNREACHABLE")

    def end_connections(self, user_id: str) -> None:
        self._world.point("call", "before")
        if self._world.fault("the push fails", self._world.mixture.notices):
            raise RetryLater("PUSH_UNREACHABLE")


class SimulatedMailServer:
    """The mail server, with the interface of `SmtpServer`; it refuses some mails for a while."""

    def __init__(self, world: World) -> None:
        self._world = world

    @contextmanager
    def connect(self) -> Iterator[SimulatedMailServer]:
        """Open a connection. Raises `RetryLater`."""
        self._world.point("call", "before")
        if self._world.fault("the mail server is away", self._world.mixture.notices):
            raise RetryLater("SMTP_UNREACHABLE")
        yield self

    def send(self, mail: Mail) -> None:
        """Send the mail. Raises `RetryLater`."""
        if not mail.recipient:
            raise PermanentFailure("LETTER_UNSENDABLE")
        if self._world.fault("the mail server defers a mail", self._world.mixture.notices):
            raise RetryLater("SMTP_451")
        self._world.shares["mail"] += 1
        self._world.providers.mailbox.append(parsed(mail))
        self._world.point("call", "after")
