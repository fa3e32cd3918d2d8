"""The connections to the mail server that wait for the next mail: each for some seconds, then it is closed."""

import smtplib
import threading
from contextlib import suppress

IDLE_SECONDS = 5.0


class IdleConnections:
    """Open connections that nobody uses."""

    def __init__(self) -> None:
        self._ends: dict[smtplib.SMTP, threading.Timer] = {}
        self._lock = threading.Lock()

    def take(self) -> smtplib.SMTP | None:
        """The connection that was used last, if the server still answers on it; None where there is no such one."""
        while True:
            with self._lock:
                if not self._ends:
                    return None
                server, end = self._ends.popitem()
            end.cancel()
            with suppress(OSError):
                if server.noop()[0] == 250:
                    return server
            server.close()

    def add(self, server: smtplib.SMTP) -> None:
        """Let the connection wait for its next use, at most `IDLE_SECONDS`."""
        end = threading.Timer(IDLE_SECONDS, self._end, [server])
        end.daemon = True
        with self._lock:
            self._ends[server] = end
        end.start()

    def _end(self, server: smtplib.SMTP) -> None:
        with self._lock:
            if self._ends.pop(server, None) is None:
                return
        with suppress(OSError):
            server.quit()
