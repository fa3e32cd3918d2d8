"""Control of the stand-ins for Pusher and the mail server. The one for Stripe is `sandbox.stripe.client`."""

from typing import Any

import httpx

JsonObject = dict[str, Any]


class FaultControl:
    """The faults of a stand-in over its control API. `url` is the stand-in's."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=30)

    def fault(self, mode: str, *, times: int | None = 1, seconds: float = 1.0, **more: int) -> None:
        """Fail the next `times` requests or mails in this mode; all with `times=None`."""
        fault = {"mode": mode, "times": times, "seconds": seconds, **more}
        self._http.post("/_control/faults", json=fault).raise_for_status()

    def lift_faults(self) -> None:
        """Remove every fault."""
        self._http.delete("/_control/faults").raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


class PusherControl(FaultControl):
    """The events that the Pusher stand-in has received, and its faults (`sandbox.pusher.faults`).

    The modes are `fail_before` and `fail_after` with a `status`, `delay` and `drop_connection`.
    """

    def events(self, *, channel: str = "", event: str = "", after: int = 0) -> list[JsonObject]:
        """The received events after the one numbered `after`, oldest first."""
        params = {"channel": channel, "event": event, "after": str(after)}
        return list(self._http.get("/_control/events", params=params).raise_for_status().json())


class MailboxControl(FaultControl):
    """The mails that have arrived, and the mail server's faults (`sandbox.mailbox.faults`).

    The modes are `reject` and `tempfail` with a `code`, `drop_after_accept` and `delay`.
    """

    def mails(self, *, to: str = "", subject: str = "", after: int = 0) -> list[JsonObject]:
        """The mails after the one numbered `after`, oldest first."""
        given = {"to": to, "subject": subject}
        params = {name: value for name, value in given.items() if value} | {"after": str(after)}
        return list(self._http.get("/messages", params=params).raise_for_status().json())
