"""The adapter of the push provider. Only this module imports the `pusher` library, which signs each call."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from http.client import HTTPException
from importlib.resources import files
from itertools import groupby
from typing import Any

from pusher import Pusher
from pusher.errors import PusherBadAuth, PusherBadRequest, PusherBadStatus, PusherError, PusherForbidden
from pusher.http import POST, Request, process_response
from pusher.pusher_client import PusherClient

from chassis import codec
from chassis.refusal import PermanentFailure, RetryLater
from services.notifier.domain.jobs import PushMessage
from services.notifier.http_connections import HttpConnections
from services.notifier.settings import NotifierSettings

BATCH = 10  # the provider's limit of events per call
TIMEOUT = 4.0
CERTIFICATES = str(files("pusher") / "cacert.pem")  # those that the library itself trusts

_STATUSES = {PusherBadRequest: "400", PusherBadAuth: "401", PusherForbidden: "403"}


class KeptConnections:
    """A backend of the library: its signed calls go over connections that stay open."""

    def __init__(self, client: PusherClient) -> None:
        self._connections = HttpConnections(
            client.scheme, client.host, client.port, timeout=client.timeout, certificates=CERTIFICATES
        )

    def send_request(self, request: Request) -> Any:
        """Send the call; returns the provider's decoded answer, or raises the library's error for its status."""
        return process_response(*self._connections.post(request.signed_path, request.body, request.headers))


class PusherGateway:
    """Sends messages and signs subscriptions for an account at Pusher."""

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
            "backend": KeptConnections,
        }
        self._client = Pusher(**account)
        self._caller = PusherClient(**account)

    def send(self, messages: Sequence[PushMessage]) -> None:
        """Send the messages in order, at most ten per call. Raises `PermanentFailure` on a 4xx, else `RetryLater`.

        Adjacent messages for one channel that differ only in their name are sent in one call. After a failure, some
        calls may have taken effect; clients ignore repetitions.
        """
        for batch in batches(messages):
            self._trigger(
                [
                    {"channel": message.channel, "name": message.name, "data": codec.encode(message.data).decode()}
                    for message in batch
                ]
            )

    def sign_channel(self, *, socket_id: str, channel_name: str) -> str:
        """The signature with which this socket may subscribe to the private channel."""
        signed: dict[str, str] = self._client.authenticate(channel=channel_name, socket_id=socket_id)
        return signed["auth"]

    def sign_user(self, *, socket_id: str, user_id: str) -> tuple[str, str]:
        """The signature with which this socket signs in as the user, and the signed user data."""
        signed: dict[str, str] = self._client.authenticate_user(socket_id=socket_id, user_data={"id": user_id})
        return signed["auth"], signed["user_data"]

    def end_connections(self, user_id: str) -> None:
        """Close all connections of this user. Raises the errors of `send`.

        The library's own function for this (version 3.3.4) is not used: it omits the application from the path, and the
        provider responds with 404.
        """
        path = f"/apps/{self._caller.app_id}/users/{user_id}/terminate_connections"
        _call(self._caller.http.send_request, Request(self._caller, POST, path, {}))

    def _trigger(self, batch: list[dict[str, str]]) -> None:
        _call(self._client.trigger_batch, batch)


def batches(messages: Iterable[PushMessage]) -> Iterator[list[PushMessage]]:
    """Split messages into calls of at most ten messages. Neighbours with the same channel and data share a call."""
    batch: list[PushMessage] = []
    for _, group in groupby(messages, key=lambda message: (message.channel, id(message.data))):
        neighbours = list(group)
        if len(batch) + len(neighbours) > BATCH:
            yield batch
            batch = []
        batch += neighbours
    if batch:
        yield batch


def _call(request: Callable[..., Any], *args: Any) -> None:
    """Call the library. An error of the library is raised again with a code as its text, safe to log and publish."""
    try:
        request(*args)
    except PusherError as error:
        status = _status(error)
        if status.startswith("4"):
            raise PermanentFailure(f"PUSH_{status}") from None
        raise RetryLater(f"PUSH_{status}") from None
    except json.JSONDecodeError:
        raise RetryLater("PUSH_UNREADABLE") from None
    except (OSError, HTTPException):
        raise RetryLater("PUSH_UNREACHABLE") from None
    except ValueError:
        raise PermanentFailure("PUSH_UNSENDABLE") from None


def _status(error: PusherError) -> str:
    if isinstance(error, PusherBadStatus):
        code = re.match(r"[0-9]{3}", str(error))
        return code.group() if code else "FAILED"
    return _STATUSES.get(type(error), "FAILED")
