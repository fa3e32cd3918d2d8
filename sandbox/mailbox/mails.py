"""The memory: every mail that was accepted, in the order it came."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from sandbox.mailbox.mail import Mail, parse
from sandbox.news import News

KEPT = 10_000
"""How many are kept before the oldest are thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which mails are meant: `to` is a whole address, `subject` a part, case does not matter."""

    to: str | None = None
    subject: str | None = None
    after: int = 0

    def means(self, mail: Mail) -> bool:
        """Whether this mail is meant."""
        return (
            mail["id"] > self.after
            and (not self.to or self.to.lower() in (each.lower() for each in mail["to"]))
            and (not self.subject or self.subject.lower() in mail["subject"].lower())
        )


class Mails:
    """Accepted mails; their numbers go on after they were thrown away."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=KEPT)
        self._number = count(1)
        self._news = News()

    def accept(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> Mail:
        """Keep a mail and wake whoever waits for it."""
        mail = parse(content, number=next(self._number), sender=sender, recipients=recipients)
        self._mails.append(mail)
        self._news.ring()
        return mail

    def find(self, query: Query) -> list[Mail]:
        """The mails meant, oldest first."""
        return [mail for mail in self._mails if query.means(mail)]

    def get(self, number: int) -> Mail | None:
        """One mail by its id."""
        return next((mail for mail in self._mails if mail["id"] == number), None)

    async def wait(self, query: Query, *, count: int = 1, timeout: float) -> list[Mail]:
        """The mails meant, as soon as there are `count`; after `timeout` seconds what there is."""
        return await self._news.wait(lambda: self.find(query), count=count, timeout=timeout)

    def clear(self) -> None:
        """Throw all away."""
        self._mails.clear()

    def close(self) -> None:
        """Send everybody who waits home with what there is."""
        self._news.close()
