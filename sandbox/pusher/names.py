"""The grammar of names: channels and their kinds, socket ids, user ids."""

import re
from enum import Enum

SERVER_TO_USER = "#server-to-user-"

_CHANNEL = re.compile(r"[A-Za-z0-9_\-=@,.;]{1,164}")
_USER_ID = re.compile(r"[A-Za-z0-9_\-=@,.;]{1,200}")
_SOCKET_ID = re.compile(r"\d+\.\d+")


class ChannelType(Enum):
    """The kind of a channel, given by its name's prefix."""

    PUBLIC = "public"
    PRIVATE = "private"
    ENCRYPTED = "encrypted"
    PRESENCE = "presence"
    USER = "user"

    @property
    def needs_auth(self) -> bool:
        """Whether a subscription requires a signature."""
        return self in (ChannelType.PRIVATE, ChannelType.ENCRYPTED, ChannelType.PRESENCE)

    @property
    def allows_client_events(self) -> bool:
        """Whether subscribers may send client events."""
        return self in (ChannelType.PRIVATE, ChannelType.PRESENCE)


def kind_of(channel: str) -> ChannelType:
    """The kind of the channel with this name."""
    if channel.startswith(SERVER_TO_USER):
        return ChannelType.USER
    if channel.startswith("private-encrypted-"):
        return ChannelType.ENCRYPTED
    if channel.startswith("private-"):
        return ChannelType.PRIVATE
    if channel.startswith("presence-"):
        return ChannelType.PRESENCE
    return ChannelType.PUBLIC


def is_channel(name: object) -> bool:
    """Whether `name` is a valid channel name, server-to-user channels included."""
    if not isinstance(name, str):
        return False
    if name.startswith(SERVER_TO_USER):
        return is_user_id(name.removeprefix(SERVER_TO_USER))
    return _CHANNEL.fullmatch(name) is not None


def is_user_id(user_id: object) -> bool:
    """Whether `user_id` is a valid user id."""
    return isinstance(user_id, str) and _USER_ID.fullmatch(user_id) is not None


def is_socket_id(socket_id: object) -> bool:
    """Whether `socket_id` is a valid socket id."""
    return isinstance(socket_id, str) and _SOCKET_ID.fullmatch(socket_id) is not None
