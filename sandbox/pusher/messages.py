"""The messages a client may send on its socket, and their handlers."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.pusher.channels import ChannelRegistry
from sandbox.pusher.connection import ClientConnection
from sandbox.pusher.errors import ErrorCode, ProtocolError
from sandbox.pusher.names import SERVER_TO_USER, ChannelType, is_channel, is_user_id, kind_of
from sandbox.pusher.presence import Member
from sandbox.pusher.settings import MAX_DATA_BYTES, PusherAppSettings
from sandbox.pusher.signing import verify_token


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """One message. `data` is sent as an object or as a JSON string of an object."""

    event: str
    channel: object
    raw: object
    data: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> "ClientMessage":
        """Parse a text frame.

        Raises:
            ProtocolError: the frame is not a JSON object with an `event`.

        """
        try:
            message = json.loads(text)
        except ValueError:
            raise ProtocolError("Invalid JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("event"), str):
            raise ProtocolError("A message must be an object with an event")
        raw = data = message.get("data")
        if isinstance(raw, str):
            try:
                data = json.loads(raw)
            except ValueError:
                data = None
        return cls(message["event"], message.get("channel"), raw, data if isinstance(data, dict) else {})


class MessageHandler:
    """Handles messages. A handler raises `ProtocolError` for an invalid message."""

    def __init__(self, settings: PusherAppSettings, channels: ChannelRegistry) -> None:
        self._settings = settings
        self._registry = channels
        self._handlers: dict[str, Callable[[ClientConnection, ClientMessage], None]] = {
            "pusher:ping": self._ping,
            "pusher:pong": lambda connection, message: None,
            "pusher:subscribe": self._subscribe,
            "pusher:unsubscribe": self._unsubscribe,
            "pusher:signin": self._sign_in,
        }

    def handle(self, connection: ClientConnection, text: str) -> None:
        """Handle a client's message, or send the error to the client."""
        try:
            message = ClientMessage.parse(text)
            if message.event.startswith("client-"):
                self._client_event(connection, message)
            elif handler := self._handlers.get(message.event):
                handler(connection, message)
            else:
                raise ProtocolError(f"Unknown event {message.event!r}")
        except ProtocolError as error:
            connection.send_error(error)

    def _ping(self, connection: ClientConnection, message: ClientMessage) -> None:
        connection.send("pusher:pong", {})

    def _subscribe(self, connection: ClientConnection, message: ClientMessage) -> None:
        channel = message.data.get("channel")
        if not isinstance(channel, str) or not is_channel(channel):
            raise ProtocolError(f"Invalid channel name {channel!r}")
        if channel in connection.channels:
            raise ProtocolError(f"Existing subscription to channel {channel}")
        kind = kind_of(channel)
        if kind is ChannelType.USER and channel != f"{SERVER_TO_USER}{connection.user_id}":
            raise ProtocolError("Not signed in as this user", code=ErrorCode.UNAUTHORISED)
        if kind.needs_auth:
            self._authorise(connection, channel, message.data)
        member = Member.parse(message.data.get("channel_data")) if kind is ChannelType.PRESENCE else None
        self._registry.subscribe(connection, channel, member)

    def _authorise(self, connection: ClientConnection, channel: str, data: dict[str, Any]) -> None:
        if not data.get("auth"):
            raise ProtocolError(f"Auth info required to subscribe to {channel}", code=ErrorCode.UNAUTHORISED)
        text = f"{connection.socket_id}:{channel}"
        if channel_data := data.get("channel_data"):
            text += f":{channel_data}"
        if problem := verify_token(self._settings, data["auth"], text=text):
            raise ProtocolError(problem, code=ErrorCode.UNAUTHORISED)

    def _unsubscribe(self, connection: ClientConnection, message: ClientMessage) -> None:
        channel = message.data.get("channel")
        if not isinstance(channel, str) or channel not in connection.channels:
            raise ProtocolError(f"No current subscription to channel {channel!r}")
        self._registry.unsubscribe(connection, channel)

    def _sign_in(self, connection: ClientConnection, message: ClientMessage) -> None:
        user_data = message.data.get("user_data")
        text = f"{connection.socket_id}::user::{user_data}"
        if problem := verify_token(self._settings, message.data.get("auth"), text=text):
            raise ProtocolError(problem, code=ErrorCode.UNAUTHORISED, fatal=True)
        try:
            user = json.loads(user_data) if isinstance(user_data, str) else None
        except ValueError:
            user = None
        user_id = user.get("id") if isinstance(user, dict) else None
        if not isinstance(user_id, str) or not is_user_id(user_id):
            raise ProtocolError("user_data must be a JSON text with an id", code=ErrorCode.UNAUTHORISED, fatal=True)
        connection.user_id = user_id
        connection.send("pusher:signin_success", {"user_data": user_data})

    def _client_event(self, connection: ClientConnection, message: ClientMessage) -> None:
        channel = message.channel
        if not isinstance(channel, str) or channel not in connection.channels:
            raise ProtocolError(f"Client event rejected - not subscribed to channel {channel!r}")
        if not kind_of(channel).allows_client_events:
            raise ProtocolError(
                "Client event rejected - only supported on private and presence channels",
                code=ErrorCode.CLIENT_EVENT_REJECTED,
            )
        if len(json.dumps(message.raw).encode()) > MAX_DATA_BYTES:
            raise ProtocolError("Client event rejected - the data is too large", code=ErrorCode.CLIENT_EVENT_REJECTED)
        if not connection.allow_client_event(now=time.monotonic()):
            raise ProtocolError("Client event rejected - rate limit exceeded", code=ErrorCode.CLIENT_EVENT_REJECTED)
        self._registry.publish_from_client(connection, channel, message.event, message.raw)
