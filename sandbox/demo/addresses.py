"""The addresses of a running demo, read from its `stack.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Account:
    """A staff account."""

    email: str
    password: str
    role: str
    hotel: str


@dataclass(frozen=True)
class Addresses:
    """URLs without a trailing slash, and the seeded `staff` and `hotels`."""

    gateway: str
    stripe: str
    pusher: str
    mailbox: str
    amqp: str
    staff: tuple[Account, ...]
    hotels: tuple[str, ...]
    message_keys: str = ""

    @property
    def amqp_url(self) -> str:
        return self.amqp

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read `stack.json`; raises `OSError` or `ValueError` where the file is missing or not JSON."""
        return cls.of(json.loads(path.read_text("utf-8")))

    @classmethod
    def of(cls, stack: Mapping[str, Any]) -> Self:
        """The addresses in the parsed `stack.json`."""
        return cls(
            gateway=stack["gateway"],
            stripe=stack["stripe"]["url"],
            pusher=f"http://{stack['pusher']['host']}:{stack['pusher']['port']}",
            mailbox=stack["mailbox"]["http"],
            amqp=stack["amqp"],
            staff=tuple(Account(**person) for person in stack["staff"]),
            hotels=tuple(stack["hotels"]),
            message_keys=stack.get("message_keys", ""),
        )

    def account(self, hotel: str, role: str) -> Account:
        """The account with this role in this hotel; raises `LookupError` if no such account was seeded."""
        for person in self.staff:
            if (person.hotel, person.role) == (hotel, role):
                return person
        raise LookupError(f"no {role} was seeded for {hotel}")
