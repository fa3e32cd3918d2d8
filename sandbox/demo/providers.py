"""The external providers, observed through their stand-ins: payments, pushes and mails."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx

from contracts.values import Money
from sandbox.demo.expectations import ExpectationFailed, eventually, expect, expect_that
from sandbox.demo.transcript import Transcript

CARD = "4242424242424242"
JsonObject = dict[str, Any]


class StripeObserver:
    """Pays on the hosted page of the payment provider, and reads the provider's money journal."""

    def __init__(self, url: str, transcript: Transcript) -> None:
        self._transcript = transcript
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def pay(self, payment_url: str, *, card: str = CARD) -> None:
        """Pay on the hosted page with this card."""
        path = httpx.URL(payment_url).path
        page = self._http.get(path)
        expect("the payment page is shown", page.status_code, 200)
        paid = self._http.post(path, data={"card": card})
        if paid.status_code != httpx.codes.SEE_OTHER:
            raise ExpectationFailed(
                "the payment page sends the payer back", expected=303, actual=(paid.status_code, paid.text[:300])
            )
        self._transcript.line(
            "stripe", f"the guest pays on {path.rsplit('/', 1)[0]}/…", f"card {card[:4]} … {card[-4:]}"
        )

    def movements(self, intent: str) -> list[tuple[str, Money]]:
        """The movements of an intent as pairs of kind and amount, in order."""
        entries = self._http.get("/_control/journal", params={"payment_intent": intent}).raise_for_status().json()
        return [(entry["movement"], Money(entry["amount"], entry["currency"].upper())) for entry in entries["entries"]]

    def expect_movements(self, intent: str, *expected: tuple[str, Money]) -> None:
        """Expect that the intent eventually has exactly the movements `expected`, in this order."""
        eventually(
            f"Stripe's journal of {intent}", lambda: self.movements(intent), holds=lambda actual: actual == [*expected]
        )
        self._transcript.line("stripe", "journal: " + ", ".join(f"{kind} {amount}" for kind, amount in expected))

    def session(self, session_id: str) -> str:
        """Returns `open` while the session's page accepts payment, otherwise the page's HTTP status."""
        status = self._http.get(f"/c/pay/{session_id}").status_code
        return "open" if status == httpx.codes.OK else str(status)

    def contract_violations(self) -> list[Any]:
        """The responses of the stand-in that violate the provider's contract."""
        return list(self._http.get("/_control/violations").raise_for_status().json()["violations"])


class PushObserver:
    """Reads the events that the push provider has received, by channel."""

    def __init__(self, url: str, transcript: Transcript) -> None:
        self._transcript = transcript
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def events(self, *, channel: str = "", event: str = "", after: int = 0) -> list[JsonObject]:
        """The events on a channel, oldest first."""
        params = {"channel": channel, "event": event, "after": str(after)}
        return list(self._http.get("/_control/events", params=params).raise_for_status().json())

    def expect_event(self, event: str, channels: Sequence[str], *, about: Callable[[JsonObject], bool]) -> None:
        """Expect the event exactly once on each channel, with one event id, eventually."""
        ids = set()
        for channel in channels:
            matching = eventually(
                f"{event} on {channel}",
                lambda channel=channel: [
                    row for row in self.events(channel=channel, event=event) if about(row["data"])
                ],  # type: ignore[misc]
                holds=bool,
            )
            expect(f"{event} came once on {channel}", len(matching), 1)
            data = matching[0]["data"]
            expect_that(f"{event} carries event_id and sequence", {"event_id", "sequence"} <= set(data), actual=data)
            ids.add(data["event_id"])
        expect(f"{event} has one id on all its channels", len(ids), 1)
        self._transcript.line("push", event, " ".join(channels))


class MailboxObserver:
    """Reads the mails that the mail server has received."""

    def __init__(self, url: str, transcript: Transcript) -> None:
        self._transcript = transcript
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def mails_to(self, address: str, *, subject: str = "") -> list[JsonObject]:
        """The mails to an address, oldest first."""
        params = {"to": address, "subject": subject}
        return list(self._http.get("/messages", params=params).raise_for_status().json())

    def expect_mail(self, address: str, *, subject: str) -> JsonObject:
        """Expect exactly one mail with this subject, eventually."""
        matching = eventually(
            f"the mail “{subject}” to {address}",
            lambda: [mail for mail in self.mails_to(address) if mail["subject"] == subject],
            holds=bool,
        )
        expect(f"“{subject}” came once", len(matching), 1)
        expect_that("the mail is plain text and HTML", matching[0]["text"] and matching[0]["html"], actual=matching[0])
        self._transcript.line("mail", f"to {address}: {subject}")
        return matching[0]
