"""Pusher's errors: HTTP refusals and the numbered errors of the socket protocol."""

from enum import IntEnum


class HttpRefusal(Exception):
    """Raised to refuse an HTTP request with this status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ErrorCode(IntEnum):
    """Pusher's error codes. 40xx: do not reconnect unchanged; 42xx: reconnect at once; 43xx: the socket stays open."""

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


class ProtocolError(Exception):
    """Raised to answer a socket message with `pusher:error`; a `fatal` error also closes the socket."""

    def __init__(self, message: str, *, code: int | None = None, fatal: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.fatal = fatal
