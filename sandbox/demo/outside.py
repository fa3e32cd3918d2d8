"""The world outside, as the stand-ins saw it: the card provider's books, the push provider's journal, the mailbox."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx

from sandbox.demo.expecting import Unmet, eventually, expect, expect_that
from sandbox.demo.transcript import Transcript

CARD = "4242424242424242"
Row = dict[str, Any]


class Stripe:
    """The card provider: its hosted page, and its journal of money."""

    def __init__(self, url: str, transcript: Transcript) -> None:
        self._transcript = transcript
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def pay(self, payment_url: str, *, card: str = CARD) -> None:
        """Type the card into the hosted page, as the guest does."""
        path = httpx.URL(payment_url).path
        page = self._http.get(path)
        expect("the payment page is shown", page.status_code, 200)
        paid = self._http.post(path, data={"card": card})
        if paid.status_code != httpx.codes.SEE_OTHER:
            raise Unmet("the payment page sends the payer back", wanted=303, seen=(paid.status_code, paid.text[:300]))
        self._transcript.line(
            "stripe", f"the guest pays on {path.rsplit('/', 1)[0]}/…", f"card {card[:4]} … {card[-4:]}"
        )

    def movements(self, intent: str) -> list[tuple[str, int]]:
        """What money moved under an intent: kind and minor units, in order."""
        entries = self._http.get("/_control/journal", params={"payment_intent": intent}).raise_for_status().json()
        return [(entry["movement"], entry["amount"]) for entry in entries["entries"]]

    def has_moved(self, intent: str, *wanted: tuple[str, int]) -> None:
        """Exactly this money has moved, or will have soon."""
        eventually(
            f"Stripe's journal of {intent}", lambda: self.movements(intent), holds=lambda seen: seen == [*wanted]
        )
        self._transcript.line("stripe", "journal: " + ", ".join(f"{kind} {amount}" for kind, amount in wanted))

    def session(self, session_id: str) -> str:
        """What the payment page of a session answers: `open`, or its HTTP status where it is not."""
        status = self._http.get(f"/c/pay/{session_id}").status_code
        return "open" if status == httpx.codes.OK else str(status)

    def broke_contract(self) -> list[Any]:
        """What the stand-in noticed of answers that the real provider would not give."""
        return list(self._http.get("/_control/violations").raise_for_status().json()["violations"])


class Push:
    """The push provider: every event that it was told, by channel."""

    def __init__(self, url: str, transcript: Transcript) -> None:
        self._transcript = transcript
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def told(self, *, channel: str = "", event: str = "", after: int = 0) -> list[Row]:
        """The events on a channel, oldest first."""
        params = {"channel": channel, "event": event, "after": str(after)}
        return list(self._http.get("/_control/events", params=params).raise_for_status().json())

    def reached(self, event: str, channels: Sequence[str], *, about: Callable[[Row], bool]) -> None:
        """Each channel has carried the event exactly once, under one event id, or will have soon."""
        ids = set()
        for channel in channels:
            found = eventually(
                f"{event} on {channel}",
                lambda channel=channel: [row for row in self.told(channel=channel, event=event) if about(row["data"])],  # type: ignore[misc]
                holds=bool,
            )
            expect(f"{event} came once on {channel}", len(found), 1)
            data = found[0]["data"]
            expect_that(f"{event} carries event_id and sequence", {"event_id", "sequence"} <= set(data), seen=data)
            ids.add(data["event_id"])
        expect(f"{event} is one fact on all its channels", len(ids), 1)
        self._transcript.line("push", event, " ".join(channels))


class Mailbox:
    """The mail server: everything that was delivered."""

    def __init__(self, url: str, transcript: Transcript) -> None:
        self._transcript = transcript
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=10)

    def to(self, address: str, *, subject: str = "") -> list[Row]:
        """Mails to an address, oldest first."""
        params = {"to": address, "subject": subject}
        return list(self._http.get("/messages", params=params).raise_for_status().json())

    def has(self, address: str, *, subject: str) -> Row:
        """Exactly one mail of this subject has come, or will have soon."""
        found = eventually(
            f"the mail “{subject}” to {address}",
            lambda: [mail for mail in self.to(address) if mail["subject"] == subject],
            holds=bool,
        )
        expect(f"“{subject}” came once", len(found), 1)
        expect_that("the mail is plain text and HTML", found[0]["text"] and found[0]["html"], seen=found[0])
        self._transcript.line("mail", f"to {address}: {subject}")
        return found[0]
