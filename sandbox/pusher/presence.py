"""The users in a presence channel: each user counts once, with any number of sockets."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.pusher.errors import ProtocolError


@dataclass(frozen=True, slots=True)
class Member:
    """A user's data as shown to the channel's members."""

    user_id: str
    user_info: Any = None

    @classmethod
    def parse(cls, channel_data: object) -> "Member":
        """Parse a subscription's `channel_data`.

        Raises:
            ProtocolError: the data is not the JSON text of an object with a `user_id`.

        """
        try:
            data = json.loads(channel_data) if isinstance(channel_data, str) else None
        except ValueError:
            data = None
        user_id = data.get("user_id") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(user_id, str | int) or user_id == "":
            raise ProtocolError("channel_data must be a JSON text with a user_id")
        return cls(str(user_id), data.get("user_info"))

    def as_json(self) -> dict[str, Any]:
        """The data of `member_added`."""
        info = {} if self.user_info is None else {"user_info": self.user_info}
        return {"user_id": self.user_id} | info


class Presence:
    """The members of one channel, by socket."""

    def __init__(self) -> None:
        self._by_socket: dict[str, Member] = {}

    def enter(self, socket_id: str, member: Member) -> bool:
        """Add a socket; returns True if the socket is the user's first socket in the channel."""
        is_new = member.user_id not in self.users()
        self._by_socket[socket_id] = member
        return is_new

    def leave(self, socket_id: str) -> Member | None:
        """Remove a socket; returns the member if the socket was the member's last socket, otherwise None."""
        member = self._by_socket.pop(socket_id, None)
        return member if member and member.user_id not in self.users() else None

    def user_id(self, socket_id: str) -> str:
        """The user id of a socket."""
        return self._by_socket[socket_id].user_id

    def users(self) -> dict[str, Any]:
        """Each user's info, keyed by user id, in order of arrival."""
        return {member.user_id: member.user_info for member in self._by_socket.values()}

    def as_json(self) -> dict[str, Any]:
        """The data of `subscription_succeeded`."""
        users = self.users()
        return {"presence": {"ids": list(users), "hash": users, "count": len(users)}}
