"""The switchboard: which sockets exist, which channels they are on, and who hears what."""

from collections.abc import Iterable
from typing import Any

from sandbox.pusher.connection import Connection, Frame, Hangup, frame
from sandbox.pusher.errors import Code, Complaint
from sandbox.pusher.journal import Journal
from sandbox.pusher.names import Kind, kind_of
from sandbox.pusher.presence import Member, Presence
from sandbox.pusher.webhooks import Webhooks


class Hub:
    """Every connection and every occupied channel. All calls are from one event loop."""

    def __init__(self, journal: Journal, webhooks: Webhooks) -> None:
        self._journal = journal
        self._webhooks = webhooks
        self._connections: dict[str, Connection] = {}
        self._channels: dict[str, dict[str, Connection]] = {}
        self._presence: dict[str, Presence] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def connect(self, connection: Connection) -> None:
        """A socket is there."""
        self._connections[connection.socket_id] = connection

    def disconnect(self, connection: Connection) -> None:
        """A socket is gone, and with it all its subscriptions."""
        self._connections.pop(connection.socket_id, None)
        for channel in sorted(connection.channels):
            self.unsubscribe(connection, channel)

    def subscribe(self, connection: Connection, channel: str, member: Member | None = None) -> None:
        """Put a socket on a channel, on a presence channel as a member, and tell it so."""
        if channel not in self._channels:
            self._channels[channel] = {}
            self._webhooks.tell("channel_occupied", channel)
        self._channels[channel][connection.socket_id] = connection
        connection.channels.add(channel)
        if member is None:
            connection.send("pusher_internal:subscription_succeeded", {}, channel=channel)
            return
        presence = self._presence.setdefault(channel, Presence())
        is_new = presence.enter(connection.socket_id, member)
        connection.send("pusher_internal:subscription_succeeded", presence.as_json(), channel=channel)
        if is_new:
            self._tell_others(channel, "member_added", member.as_json(), member=member)

    def unsubscribe(self, connection: Connection, channel: str) -> None:
        """Take a socket off a channel; nothing happens if it was not on it."""
        if channel not in connection.channels:
            return
        connection.channels.discard(channel)
        self._channels[channel].pop(connection.socket_id)
        if (presence := self._presence.get(channel)) and (member := presence.leave(connection.socket_id)):
            self._tell_others(channel, "member_removed", {"user_id": member.user_id}, member=member)
        if not self._channels[channel]:
            del self._channels[channel]
            self._presence.pop(channel, None)
            self._webhooks.tell("channel_vacated", channel)

    def publish(self, channels: Iterable[str], event: str, data: str, *, except_socket: str | None) -> None:
        """An event from the HTTP API, to everybody on the channels but the excepted socket."""
        for channel in channels:
            self._journal.record_told(channel, event, data=data, socket_id=except_socket, source="api")
            self._broadcast(channel, frame(event, data, channel=channel), except_for=except_socket)

    def publish_from_client(self, sender: Connection, channel: str, event: str, data: object) -> None:
        """An event from a subscriber to all the others; presence channels say who spoke."""
        message = frame(event, data, channel=channel)
        about: dict[str, Any] = {"event": event, "data": data, "socket_id": sender.socket_id}
        if kind_of(channel) is Kind.PRESENCE:
            user = {"user_id": self._presence[channel].user_id(sender.socket_id)}
            message |= user
            about |= user
        self._journal.record_told(channel, event, data=data, socket_id=sender.socket_id, source="client")
        self._broadcast(channel, message, except_for=sender.socket_id)
        self._webhooks.tell("client_event", channel, **about)

    def terminate(self, user_id: str) -> int:
        """Close every socket signed in as this user with 4009; how many there were."""
        complaint = Complaint("You got disconnected by the app", code=Code.UNAUTHORISED, fatal=True)
        theirs = [each for each in self._connections.values() if each.user_id == user_id]
        for connection in theirs:
            connection.complain(complaint)
        return len(theirs)

    def hang_up_all(self, *, code: int | None = None) -> int:
        """Drop every socket: dead silence without a code, otherwise that error and close code."""
        everybody = list(self._connections.values())
        for connection in everybody:
            if code is None:
                connection.hang_up(Hangup(None))
            else:
                connection.complain(Complaint("Disconnected", code=code, fatal=True))
        return len(everybody)

    def occupied(self, *, prefix: str = "") -> list[str]:
        """Channels somebody is on, users' own channels not counted."""
        return sorted(
            channel for channel in self._channels if channel.startswith(prefix) and kind_of(channel) is not Kind.USER
        )

    def subscription_count(self, channel: str) -> int:
        """How many sockets are on a channel."""
        return len(self._channels.get(channel, {}))

    def users(self, channel: str) -> list[str]:
        """Who is in a presence channel."""
        presence = self._presence.get(channel)
        return list(presence.users()) if presence else []

    def _tell_others(self, channel: str, what: str, data: dict[str, Any], *, member: Member) -> None:
        presence = self._presence[channel]
        for socket_id, connection in self._channels[channel].items():
            if presence.user_id(socket_id) != member.user_id:
                connection.send(f"pusher_internal:{what}", data, channel=channel)
        self._webhooks.tell(what, channel, user_id=member.user_id)

    def _broadcast(self, channel: str, message: Frame, *, except_for: str | None) -> None:
        for socket_id, connection in self._channels.get(channel, {}).items():
            if socket_id != except_for:
                connection.send_frame(message)
