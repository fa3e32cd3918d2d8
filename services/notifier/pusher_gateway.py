"""The push provider, by its own library. Only this module knows it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from pusher import Pusher
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus, PusherError, PusherForbidden
from pusher.http import POST, Request
from pusher.pusher_client import PusherClient

from chassis import codec
from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.domain import Message
from services.notifier.settings import NotifierSettings

BATCH = 10  # the provider takes no more events in one call
TIMEOUT = 4.0

_STATUSES = {PusherBadRequest: "400", PusherBadAuth: "401", PusherForbidden: "403"}


class PusherGateway:
    """An account at the push provider."""

    def __init__(self, settings: NotifierSettings) -> None:
        account: dict[str, Any] = {
            "app_id": settings.pusher_app_id,
            "key": settings.pusher_key,
            "secret": settings.pusher_secret,
            "host": settings.pusher_host or None,
            "port": settings.pusher_port,
            "ssl": settings.pusher_ssl,
            "cluster": settings.pusher_cluster,
            "timeout": TIMEOUT,
        }
        self._client = Pusher(**account)
        self._caller = PusherClient(**account)

    def send(self, messages: Sequence[Message]) -> None:
        """Tell them in this order, ten a call at most. Raises `Hopeless` on a 4xx, `Later` on whatever may pass.

        All names of an event go to a channel in one call. After a failure some calls may have been made already;
        making them again is harmless.
        """
        for batch in batches(messages):
            self._told(
                [
                    {"channel": message.channel, "name": message.name, "data": codec.encode(message.data).decode()}
                    for message in batch
                ]
            )

    def sign_channel(self, *, socket_id: str, channel_name: str) -> str:
        """What lets this socket into the private channel."""
        signed: dict[str, str] = self._client.authenticate(channel=channel_name, socket_id=socket_id)
        return signed["auth"]

    def sign_user(self, *, socket_id: str, user_id: str) -> tuple[str, str]:
        """What makes this socket the user's, and the user's data that it was made over."""
        signed: dict[str, str] = self._client.authenticate_user(socket_id=socket_id, user_data={"id": user_id})
        return signed["auth"], signed["user_data"]

    def end_connections(self, user_id: str) -> None:
        """Close all that this user has open. Raises as `send`.

        The library's own function for this (3.3.4) leaves the application out of the path: the provider answers 404.
        """
        path = f"/apps/{self._caller.app_id}/users/{user_id}/terminate_connections"
        _understood(lambda: self._caller.http.send_request(Request(self._caller, POST, path, {})))

    def _told(self, batch: list[dict[str, str]]) -> None:
        _understood(lambda: self._client.trigger_batch(batch))


def batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """So many a call as may be; what stands together for one channel with the same data is not torn apart."""
    batch: list[Message] = []
    for _, group in groupby(messages, key=lambda message: (message.channel, id(message.data))):
        together = list(group)
        if len(batch) + len(together) > BATCH:
            yield batch
            batch = []
        batch += together
    if batch:
        yield batch


def _understood(call: Callable[[], Any]) -> None:
    """Make the call; its failures say whether to try again. Their texts are codes: logs and facts may show them."""
    try:
        call()
    except PusherError as refused:
        status = _status(refused)
        if status.startswith("4"):
            raise PermanentFailure(f"PUSH_{status}") from None
        raise RetryLater(f"PUSH_{status}") from None
    except json.JSONDecodeError:
        raise RetryLater("PUSH_UNREADABLE") from None
    except OSError:
        raise RetryLater("PUSH_UNREACHABLE") from None
    except ValueError:
        raise PermanentFailure("PUSH_UNSENDABLE") from None


def _status(refused: PusherError) -> str:
    if isinstance(refused, PusherBadStatus):
        said = re.match(r"[0-9]{3}", str(refused))
        return said.group() if said else "FAILED"
    return _STATUSES.get(type(refused), "FAILED")
