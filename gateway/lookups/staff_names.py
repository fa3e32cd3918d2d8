"""The display names of staff, read from the accounts and cached for some seconds."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping

from chassis.refusal import Unavailable
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames

MAX_AGE = 10.0
MOST_NAMES = 10_000
MOST_IDS = 500  # of one ask

ReadNames = Callable[[str, Collection[str]], Awaitable[Mapping[str, str]]]


class StaffNameLookup:
    """Looks up the names of a hotel's accounts by their ids, those of closed accounts too, in one statement."""

    def __init__(self, read: ReadNames) -> None:
        self._read = read
        self._cached: dict[tuple[str, str], tuple[float, str | None]] = {}

    async def of(self, hotel: str, staff_ids: Collection[str]) -> Mapping[str, str]:
        """The names by id. Ids without an account are left out, and all that is not cached without the database."""
        now = time.monotonic()
        fresh = {each: self._cached.get((hotel, each), (0.0, None)) for each in staff_ids}
        names = {each: name for each, (until, name) in fresh.items() if until > now}
        if missing := [each for each in staff_ids if each not in names]:
            try:
                read = await self._read(hotel, missing)
            except Unavailable:
                read = {}
            else:
                self._remember(hotel, {each: read.get(each) for each in missing}, until=now + MAX_AGE)
            names |= read
        return {each: name for each, name in names.items() if name is not None}

    async def answer(self, query: GetStaffNames) -> StaffNames:
        """The reply to a service's query. Raises `ValueError` for more than `MOST_IDS` ids."""
        if len(query.staff_ids) > MOST_IDS:
            raise ValueError(f"more than {MOST_IDS} ids")
        return StaffNames(names=dict(await self.of(query.hotel, query.staff_ids)))

    def _remember(self, hotel: str, names: Mapping[str, str | None], *, until: float) -> None:
        if len(self._cached) + len(names) > MOST_NAMES:
            self._cached.clear()
        self._cached.update({(hotel, each): (until, name) for each, name in names.items()})
