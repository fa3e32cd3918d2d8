"""Faults of the stand-ins for Pusher and the mail server, over their control API."""

from typing import Any

import httpx


class StandInFaults:
    """The control API of one stand-in. Raises `httpx.HTTPError` where the stand-in does not answer."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def add(self, mode: str, **fields: Any) -> None:
        """Every call has the fault from now on."""
        body = {"mode": mode, "times": None, **fields}
        self._http.post("/_control/faults", json=body).raise_for_status()

    def lift(self) -> None:
        self._http.delete("/_control/faults").raise_for_status()

    def close(self) -> None:
        self._http.close()
