"""Control of the stand-ins for Pusher and the mail server. The one for Stripe is `sandbox.stripe.client`."""

from typing import Any

import httpx

JsonObject = dict[str, Any]


class PusherControl:
    """What the Pusher stand-in has received, and its faults (`sandbox.pusher.faults`)."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_control", trust_env=False, timeout=30)

    def events(self, *, channel: str = "", event: str = "", after: int = 0) -> list[JsonObject]:
        """The received events after the one numbered `after`, oldest first."""
        params = {"channel": channel, "event": event, "after": str(after)}
        return list(self._http.get("/events", params=params).raise_for_status().json())

    def fault(self, mode: str, *, times: int | None = 1, seconds: float = 1.0, status: int = 500) -> None:
        """Fail the next requests: `fail_before`, `fail_after`, `delay` or `drop_connection`; all with `times=None`."""
        fault = {"mode": mode, "times": times, "seconds": seconds, "status": status}
        self._http.post("/faults", json=fault).raise_for_status()

    def lift_faults(self) -> None:
        """Remove every fault."""
        self._http.delete("/faults").raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


class MailboxControl:
    """The mails that have arrived, and the mail server's faults (`sandbox.mailbox.faults`)."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def mails(self, *, to: str = "", subject: str = "", after: int = 0) -> list[JsonObject]:
        """The mails after the one numbered `after`, oldest first."""
        given = {"to": to, "subject": subject}
        params = {name: value for name, value in given.items() if value} | {"after": str(after)}
        return list(self._http.get("/messages", params=params).raise_for_status().json())

    def fault(self, mode: str, *, times: int | None = 1, seconds: float = 1.0, code: int | None = None) -> None:
        """Fail the next mails: `reject`, `tempfail`, `drop_after_accept` or `delay`; all with `times=None`."""
        fault = {"mode": mode, "times": times, "seconds": seconds, "code": code}
        self._http.post("/_control/faults", json=fault).raise_for_status()

    def lift_faults(self) -> None:
        """Remove every fault."""
        self._http.delete("/_control/faults").raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()
