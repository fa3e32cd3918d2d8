"""The accepted mails, in order of arrival."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from sandbox.condition import Condition
from sandbox.mailbox.mail import Mail, parse
from sandbox.records import Change, Records

CAPACITY = 10_000
"""The number of stored mails; older ones are deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFilter:
    """Selects mails: `to` is a whole address, `subject` a substring, both case-insensitive."""

    to: str | None = None
    subject: str | None = None
    after: int = 0

    def matches(self, mail: Mail) -> bool:
        """Whether the filter selects this mail."""
        return (
            mail["id"] > self.after
            and (not self.to or self.to.lower() in (each.lower() for each in mail["to"]))
            and (not self.subject or self.subject.lower() in mail["subject"].lower())
        )


class MailStore:
    """Accepted mails, numbered in order; `clear` does not restart the numbers.

    With `records`, a mail is stored on disk before it is accepted, and survives a restart.
    """

    def __init__(self, records: Records | None = None) -> None:
        self._records = records
        stored = records.read("mails").values() if records else ()
        self._mails: deque[Mail] = deque(stored, maxlen=CAPACITY)
        self._number = count(self._mails[-1]["id"] + 1 if self._mails else 1)
        self._condition = Condition()

    def accept(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> Mail:
        """Store a mail and wake waiting readers. Raises NotStored where the disk takes no more."""
        mail = parse(content, number=next(self._number), sender=sender, recipients=recipients)
        if self._records:
            self._records.write(self._changes(mail))
        self._mails.append(mail)
        self._condition.notify_all()
        return mail

    def _changes(self, mail: Mail) -> Iterator[Change]:
        yield "mails", str(mail["id"]), json.dumps(mail)
        if len(self._mails) == CAPACITY:
            yield "mails", str(self._mails[0]["id"]), None

    def find(self, query: MailFilter) -> list[Mail]:
        """The matching mails, oldest first."""
        return [mail for mail in self._mails if query.matches(mail)]

    def get(self, number: int) -> Mail | None:
        """The mail with this id, or None for an unknown id."""
        return next((mail for mail in self._mails if mail["id"] == number), None)

    async def wait(self, query: MailFilter, *, count: int = 1, timeout: float) -> list[Mail]:
        """Wait for `count` matching mails, at most `timeout` seconds; returns the matching mails."""
        return await self._condition.wait_for(lambda: self.find(query), count=count, timeout=timeout)

    def clear(self) -> None:
        """Delete all mails."""
        if self._records:
            self._records.clear()
        self._mails.clear()

    def close(self) -> None:
        """End every wait; each wait returns the mails that exist."""
        self._condition.close()
