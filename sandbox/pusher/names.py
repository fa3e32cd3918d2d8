"""The grammar of names: channels and their kinds, socket ids, user ids."""

import re
from enum import Enum

SERVER_TO_USER = "#server-to-user-"

_CHANNEL = re.compile(r"[A-Za-z0-9_\-=@,.;]{1,164}")
_USER_ID = re.compile(r"[A-Za-z0-9_\-=@,.;]{1,200}")
_SOCKET_ID = re.compile(r"\d+\.\d+")


class Kind(Enum):
    """What a channel's prefix makes of it."""

    PUBLIC = "public"
    PRIVATE = "private"
    ENCRYPTED = "encrypted"
    PRESENCE = "presence"
    USER = "user"

    @property
    def needs_auth(self) -> bool:
        """Whether a subscription must carry a signature."""
        return self in (Kind.PRIVATE, Kind.ENCRYPTED, Kind.PRESENCE)

    @property
    def allows_client_events(self) -> bool:
        """Whether a subscriber may speak to the others."""
        return self in (Kind.PRIVATE, Kind.PRESENCE)


def kind_of(channel: str) -> Kind:
    """The kind a channel's name says it is."""
    if channel.startswith(SERVER_TO_USER):
        return Kind.USER
    if channel.startswith("private-encrypted-"):
        return Kind.ENCRYPTED
    if channel.startswith("private-"):
        return Kind.PRIVATE
    if channel.startswith("presence-"):
        return Kind.PRESENCE
    return Kind.PUBLIC


def is_channel(name: object) -> bool:
    """Whether this may be the name of a channel, a user's own channel included."""
    if not isinstance(name, str):
        return False
    if name.startswith(SERVER_TO_USER):
        return is_user_id(name.removeprefix(SERVER_TO_USER))
    return _CHANNEL.fullmatch(name) is not None


def is_user_id(user_id: object) -> bool:
    """Whether this may be a signed-in user's id."""
    return isinstance(user_id, str) and _USER_ID.fullmatch(user_id) is not None


def is_socket_id(socket_id: object) -> bool:
    """Whether this may be a socket's id."""
    return isinstance(socket_id, str) and _SOCKET_ID.fullmatch(socket_id) is not None
