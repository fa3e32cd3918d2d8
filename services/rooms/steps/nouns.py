"""The definitions that a hotel's staff list, get, add, change and remove: one `Noun` for each kind of definition.

A `Noun` has a store, a permission, refusals, the names of its audit rows, and the pure functions that decide. The
methods of a `Noun` handle the messages about its kind of definition.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.values import Page, Permission
from services.rooms.domain.definitions import differing
from services.rooms.domain.hotels import Hotel
from services.rooms.steps import hotel_access, hotel_changes
from services.rooms.work import RoomsWork

D = TypeVar("D")  # the definition, as staff read it
K = TypeVar("K", str, int)  # the key of a definition: its code or its id
P = TypeVar("P")  # a page of definitions


class Definitions(Protocol[D, K]):
    """The store of one kind of definition. The caller of a write has locked the hotel."""

    def get(self, hotel: Hotel, key: K, /) -> D | None:
        """One definition, None where the key is unknown."""

    def put(self, hotel: Hotel, definition: D, /) -> K:
        """Insert or replace a definition; returns its key."""

    def remove(self, hotel: Hotel, key: K, /) -> bool:
        """Remove a definition; returns False where the definition is in use."""


class CodedDefinitions(Definitions[D, str], Protocol[D]):
    """The store of one kind of definition that has codes and is listed in pages."""

    def page(self, hotel: Hotel, *, search: str, page: Page) -> tuple[int, list[D]]:
        """The number of matching definitions, and the definitions of the page."""


@dataclass(frozen=True, kw_only=True)
class Noun(Generic[D, K]):
    """One kind of definition that staff add, change and remove, such as promotions.

    Each refusal is a pair of code and message; `{}` in the message stands for the definition's key.

    `added`, `changed` and `removed` are the names of the audit rows. `draft` makes the definition of an add command,
    `change` applies a change command, and `check` refuses an invalid definition or returns the definition in its stored
    spelling. `record` writes the audit row and publishes the events of a change; `settle` is the last step after a
    write or a removal.
    """

    key: Callable[[Any], K]  # of a get, change or remove ask
    key_of: Callable[[D], K]
    port: Callable[[RoomsWork], Definitions[D, K]]
    reads: Permission | None = Permission.MANAGE_SETTINGS
    writes: Permission = Permission.MANAGE_SETTINGS
    not_found: tuple[str, str]
    exists: tuple[str, str] = ("", "")
    in_use: tuple[str, str] = ("", "")
    added: str
    changed: str
    removed: str
    draft: Callable[[Any, Hotel], D]
    change: Callable[[D, Any, Hotel], D]
    check: Callable[[RoomsWork, Hotel, D], D] = lambda _, __, definition: definition
    record: Callable[[RoomsWork, Hotel, str, K, str], None]
    settle: Callable[[RoomsWork, Hotel, str, K], None] = lambda *_: None

    def get(self, query: Any, work: RoomsWork) -> D:
        """One definition."""
        return self._existing(work, hotel_access.own(work, query.hotel, self.reads), self.key(query))

    def add(self, command: Any, work: RoomsWork) -> D:
        """Add a definition. Refused where another definition has the key."""
        hotel = hotel_access.locked(work, command.hotel, self.writes)
        definition = self.draft(command, hotel)
        if self.port(work).get(hotel, self.key_of(definition)) is not None:
            raise self._refusal(self.exists, self.key_of(definition))
        return self._write(work, hotel, definition, what=self.added)

    def update(self, command: Any, work: RoomsWork) -> D:
        """Change a definition; the same values as before change nothing."""
        hotel = hotel_access.locked(work, command.hotel, self.writes)
        current = self._existing(work, hotel, self.key(command))
        definition = self.change(current, command, hotel)
        fields = differing(current, definition)
        if not fields:
            return current
        return self._write(work, hotel, definition, what=self.changed, fields=", ".join(fields))

    def remove(self, command: Any, work: RoomsWork) -> Nothing:
        """Remove a definition. Refused while the definition is in use."""
        hotel = hotel_access.locked(work, command.hotel, self.writes)
        key = self.key_of(self._existing(work, hotel, self.key(command)))
        self.record(work, hotel, self.removed, key, "")
        if not self.port(work).remove(hotel, key):
            raise self._refusal(self.in_use, key)
        self.settle(work, hotel, self.removed, key)
        return Nothing()

    def _write(self, work: RoomsWork, hotel: Hotel, definition: D, *, what: str, fields: str = "") -> D:
        key = self.port(work).put(hotel, self.check(work, hotel, definition))
        self.record(work, hotel, what, key, fields)
        self.settle(work, hotel, what, key)
        return self._existing(work, hotel, key)

    def _existing(self, work: RoomsWork, hotel: Hotel, key: K) -> D:
        definition = self.port(work).get(hotel, key)
        if definition is None:
            raise self._refusal(self.not_found, key)
        return definition

    @staticmethod
    def _refusal(refusal: tuple[str, str], key: K) -> Refusal:
        code, message = refusal
        return Refusal(code, message.format(key))


def code_of(coded: Any) -> str:
    """The code of a definition, or the code that an ask names."""
    code: str = coded.code
    return code


def record_by_code(work: RoomsWork, hotel: Hotel, what: str, code: str, _: str) -> None:
    """Write the audit row of a change under the code of the definition."""
    hotel_changes.record(work, hotel, what, why=code)


@dataclass(frozen=True, kw_only=True)
class CodedNoun(Noun[D, str], Generic[D, P]):
    """A noun whose definitions have a code and are listed in pages. `page` is the class of the reply to a list."""

    port: Callable[[RoomsWork], CodedDefinitions[D]]
    page: Callable[..., P]
    key: Callable[[Any], str] = code_of
    key_of: Callable[[D], str] = code_of
    record: Callable[[RoomsWork, Hotel, str, str, str], None] = record_by_code

    def list(self, query: Any, work: RoomsWork) -> P:
        """A page of the hotel's definitions that match `search`."""
        hotel = hotel_access.own(work, query.hotel, self.reads)
        count, results = self.port(work).page(hotel, search=query.search, page=query.page)
        return self.page(count=count, results=tuple(results))
