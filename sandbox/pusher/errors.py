"""What Pusher says no with: HTTP refusals and the numbered errors of a socket."""

from enum import IntEnum


class Refused(Exception):
    """An HTTP request is answered with this status and explanation."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Code(IntEnum):
    """40xx: do not come back unchanged. 42xx: come back at once. 43xx: the socket stays open."""

    UNKNOWN_APP = 4001
    APP_DISABLED = 4003
    OVER_CONNECTION_LIMIT = 4004
    UNSUPPORTED_PROTOCOL = 4007
    NO_PROTOCOL = 4008
    UNAUTHORISED = 4009
    OVER_CAPACITY = 4100
    RECONNECT = 4200
    NO_PONG = 4201
    CLIENT_EVENT_REJECTED = 4301


class Complaint(Exception):
    """A message on a socket is answered with `pusher:error`; `fatal` closes the socket too."""

    def __init__(self, message: str, *, code: int | None = None, fatal: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fatal = fatal
