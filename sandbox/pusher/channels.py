"""Connected sockets, their channel subscriptions, and publishing to them."""

from collections.abc import Iterable
from typing import Any

from sandbox.pusher.connection import ClientConnection, Close, Frame, frame
from sandbox.pusher.errors import ErrorCode, ProtocolError
from sandbox.pusher.event_log import EventLog
from sandbox.pusher.names import ChannelType, kind_of
from sandbox.pusher.presence import Member, Presence
from sandbox.pusher.webhooks import WebhookQueue


class ChannelRegistry:
    """Every connection and every occupied channel. All calls are from one event loop."""

    def __init__(self, event_log: EventLog, webhooks: WebhookQueue) -> None:
        self._event_log = event_log
        self._webhooks = webhooks
        self._connections: dict[str, ClientConnection] = {}
        self._channels: dict[str, dict[str, ClientConnection]] = {}
        self._presence: dict[str, Presence] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def connect(self, connection: ClientConnection) -> None:
        """Register a connected socket."""
        self._connections[connection.socket_id] = connection

    def disconnect(self, connection: ClientConnection) -> None:
        """Remove a socket and all its subscriptions."""
        self._connections.pop(connection.socket_id, None)
        for channel in sorted(connection.channels):
            self.unsubscribe(connection, channel)

    def subscribe(self, connection: ClientConnection, channel: str, member: Member | None = None) -> None:
        """Subscribe a socket to a channel, and tell the client. A presence channel requires the `member`."""
        if channel not in self._channels:
            self._channels[channel] = {}
            self._webhooks.enqueue("channel_occupied", channel)
        self._channels[channel][connection.socket_id] = connection
        connection.channels.add(channel)
        if member is None:
            connection.send("pusher_internal:subscription_succeeded", {}, channel=channel)
            return
        presence = self._presence.setdefault(channel, Presence())
        is_new = presence.enter(connection.socket_id, member)
        connection.send("pusher_internal:subscription_succeeded", presence.as_json(), channel=channel)
        if is_new:
            self._notify_others(channel, "member_added", member.as_json(), member=member)

    def unsubscribe(self, connection: ClientConnection, channel: str) -> None:
        """Unsubscribe a socket; without effect if the socket is not subscribed."""
        if channel not in connection.channels:
            return
        connection.channels.discard(channel)
        self._channels[channel].pop(connection.socket_id)
        if (presence := self._presence.get(channel)) and (member := presence.leave(connection.socket_id)):
            self._notify_others(channel, "member_removed", {"user_id": member.user_id}, member=member)
        if not self._channels[channel]:
            del self._channels[channel]
            self._presence.pop(channel, None)
            self._webhooks.enqueue("channel_vacated", channel)

    def publish(self, channels: Iterable[str], event: str, data: str, *, except_socket: str | None) -> None:
        """Send an event, received over the HTTP API, to all subscribers of `channels` except `except_socket`."""
        for channel in channels:
            self._event_log.record_received(channel, event, data=data, socket_id=except_socket, source="api")
            self._broadcast(channel, frame(event, data, channel=channel), except_for=except_socket)

    def publish_from_client(self, sender: ClientConnection, channel: str, event: str, data: object) -> None:
        """Send a client event to the other subscribers. On a presence channel, the event has the sender's user id."""
        message = frame(event, data, channel=channel)
        about: dict[str, Any] = {"event": event, "data": data, "socket_id": sender.socket_id}
        if kind_of(channel) is ChannelType.PRESENCE:
            user = {"user_id": self._presence[channel].user_id(sender.socket_id)}
            message |= user
            about |= user
        self._event_log.record_received(channel, event, data=data, socket_id=sender.socket_id, source="client")
        self._broadcast(channel, message, except_for=sender.socket_id)
        self._webhooks.enqueue("client_event", channel, **about)

    def terminate(self, user_id: str) -> int:
        """Close every socket of this user with the code 4009. Returns the number of sockets."""
        error = ProtocolError("You got disconnected by the app", code=ErrorCode.UNAUTHORISED, fatal=True)
        connections = [each for each in self._connections.values() if each.user_id == user_id]
        for connection in connections:
            connection.send_error(error)
        return len(connections)

    def close_all(self, *, code: int | None = None) -> int:
        """Close every socket with this code; without a code, abort the connections. Returns the number of sockets."""
        connections = list(self._connections.values())
        for connection in connections:
            if code is None:
                connection.close(Close(None))
            else:
                connection.send_error(ProtocolError("Disconnected", code=code, fatal=True))
        return len(connections)

    def occupied(self, *, prefix: str = "") -> list[str]:
        """The channels with subscribers, except server-to-user channels."""
        return sorted(
            channel
            for channel in self._channels
            if channel.startswith(prefix) and kind_of(channel) is not ChannelType.USER
        )

    def subscription_count(self, channel: str) -> int:
        """The number of sockets subscribed to a channel."""
        return len(self._channels.get(channel, {}))

    def users(self, channel: str) -> list[str]:
        """The ids of the users in a presence channel."""
        presence = self._presence.get(channel)
        return list(presence.users()) if presence else []

    def _notify_others(self, channel: str, name: str, data: dict[str, Any], *, member: Member) -> None:
        presence = self._presence[channel]
        for socket_id, connection in self._channels[channel].items():
            if presence.user_id(socket_id) != member.user_id:
                connection.send(f"pusher_internal:{name}", data, channel=channel)
        self._webhooks.enqueue(name, channel, user_id=member.user_id)

    def _broadcast(self, channel: str, message: Frame, *, except_for: str | None) -> None:
        for socket_id, connection in self._channels.get(channel, {}).items():
            if socket_id != except_for:
                connection.send_frame(message)
