"""What a client may say on its socket, and what follows from each message."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.pusher.connection import Connection
from sandbox.pusher.errors import Code, Complaint
from sandbox.pusher.hub import Hub
from sandbox.pusher.names import SERVER_TO_USER, Kind, is_channel, is_user_id, kind_of
from sandbox.pusher.presence import Member
from sandbox.pusher.settings import MAX_DATA_BYTES, Settings
from sandbox.pusher.signing import verify_token


@dataclass(frozen=True, slots=True)
class Said:
    """One message: `data` is an object, or what a JSON string of it says."""

    event: str
    channel: object
    raw: object
    data: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> "Said":
        """The message in a text frame.

        Raises:
            Complaint: it is no JSON object with an `event`.

        """
        try:
            message = json.loads(text)
        except ValueError:
            raise Complaint("Invalid JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("event"), str):
            raise Complaint("A message must be an object with an event")
        raw = data = message.get("data")
        if isinstance(raw, str):
            try:
                data = json.loads(raw)
            except ValueError:
                data = None
        return cls(message["event"], message.get("channel"), raw, data if isinstance(data, dict) else {})


class Messages:
    """Acts on messages. A handler returns when all is well and raises `Complaint` otherwise."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self._settings = settings
        self._hub = hub
        self._handlers: dict[str, Callable[[Connection, Said], None]] = {
            "pusher:ping": self._ping,
            "pusher:pong": lambda connection, said: None,
            "pusher:subscribe": self._subscribe,
            "pusher:unsubscribe": self._unsubscribe,
            "pusher:signin": self._sign_in,
        }

    def handle(self, connection: Connection, text: str) -> None:
        """Do what a client says, or tell it why not."""
        try:
            said = Said.parse(text)
            if said.event.startswith("client-"):
                self._client_event(connection, said)
            elif handler := self._handlers.get(said.event):
                handler(connection, said)
            else:
                raise Complaint(f"Unknown event {said.event!r}")
        except Complaint as complaint:
            connection.complain(complaint)

    def _ping(self, connection: Connection, said: Said) -> None:
        connection.send("pusher:pong", {})

    def _subscribe(self, connection: Connection, said: Said) -> None:
        channel = said.data.get("channel")
        if not isinstance(channel, str) or not is_channel(channel):
            raise Complaint(f"Invalid channel name {channel!r}")
        if channel in connection.channels:
            raise Complaint(f"Existing subscription to channel {channel}")
        kind = kind_of(channel)
        if kind is Kind.USER and channel != f"{SERVER_TO_USER}{connection.user_id}":
            raise Complaint("Not signed in as this user", code=Code.UNAUTHORISED)
        if kind.needs_auth:
            self._authorise(connection, channel, said.data)
        member = Member.parse(said.data.get("channel_data")) if kind is Kind.PRESENCE else None
        self._hub.subscribe(connection, channel, member)

    def _authorise(self, connection: Connection, channel: str, data: dict[str, Any]) -> None:
        if not data.get("auth"):
            raise Complaint(f"Auth info required to subscribe to {channel}", code=Code.UNAUTHORISED)
        text = f"{connection.socket_id}:{channel}"
        if channel_data := data.get("channel_data"):
            text += f":{channel_data}"
        if wrong := verify_token(self._settings, data["auth"], text=text):
            raise Complaint(wrong, code=Code.UNAUTHORISED)

    def _unsubscribe(self, connection: Connection, said: Said) -> None:
        channel = said.data.get("channel")
        if not isinstance(channel, str) or channel not in connection.channels:
            raise Complaint(f"No current subscription to channel {channel!r}")
        self._hub.unsubscribe(connection, channel)

    def _sign_in(self, connection: Connection, said: Said) -> None:
        user_data = said.data.get("user_data")
        text = f"{connection.socket_id}::user::{user_data}"
        if wrong := verify_token(self._settings, said.data.get("auth"), text=text):
            raise Complaint(wrong, code=Code.UNAUTHORISED, fatal=True)
        try:
            user = json.loads(user_data) if isinstance(user_data, str) else None
        except ValueError:
            user = None
        user_id = user.get("id") if isinstance(user, dict) else None
        if not isinstance(user_id, str) or not is_user_id(user_id):
            raise Complaint("user_data must be a JSON text with an id", code=Code.UNAUTHORISED, fatal=True)
        connection.user_id = user_id
        connection.send("pusher:signin_success", {"user_data": user_data})

    def _client_event(self, connection: Connection, said: Said) -> None:
        channel = said.channel
        if not isinstance(channel, str) or channel not in connection.channels:
            raise Complaint(f"Client event rejected - not subscribed to channel {channel!r}")
        if not kind_of(channel).allows_client_events:
            raise Complaint(
                "Client event rejected - only supported on private and presence channels",
                code=Code.CLIENT_EVENT_REJECTED,
            )
        if len(json.dumps(said.raw).encode()) > MAX_DATA_BYTES:
            raise Complaint("Client event rejected - the data is too large", code=Code.CLIENT_EVENT_REJECTED)
        if not connection.may_speak(now=time.monotonic()):
            raise Complaint("Client event rejected - rate limit exceeded", code=Code.CLIENT_EVENT_REJECTED)
        self._hub.publish_from_client(connection, channel, said.event, said.raw)
