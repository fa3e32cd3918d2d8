"""The display names of staff, read from the accounts and cached for some seconds."""

from collections.abc import Awaitable, Callable, Collection, Mapping

from chassis.refusal import INVALID_MESSAGE, Refusal, Unavailable
from chassis.ttl_cache import TtlCache
from contracts.gateway.staff_accounts import GetStaffNames, StaffNames

MAX_AGE = 10.0
MOST_IDS = 500  # of one ask

ReadNames = Callable[[str, Collection[str]], Awaitable[Mapping[str, str]]]


class StaffNameLookup:
    """Looks up the names of a hotel's accounts by their ids, those of closed accounts too, in one statement."""

    def __init__(self, read: ReadNames) -> None:
        self._read = read
        self._cache: TtlCache[tuple[str, str], str | None] = TtlCache(MAX_AGE)

    async def of(self, hotel: str, staff_ids: Collection[str]) -> Mapping[str, str]:
        """The names by id. Ids without an account are left out, and all that is not cached without the database."""
        names = self._cache.get((hotel, each) for each in staff_ids)
        if missing := [each for each in staff_ids if (hotel, each) not in names]:
            try:
                read = await self._read(hotel, missing)
            except Unavailable:
                read = {}
            else:
                self._cache.store({(hotel, each): read.get(each) for each in missing})
            names |= {(hotel, each): name for each, name in read.items()}
        return {each: name for (_, each), name in names.items() if name is not None}

    async def answer(self, query: GetStaffNames) -> StaffNames:
        """The reply to a service's query. Refused `INVALID_MESSAGE` for more than `MOST_IDS` ids."""
        if len(query.staff_ids) > MOST_IDS:
            raise Refusal(INVALID_MESSAGE, f"more than {MOST_IDS} ids")
        return StaffNames(names=dict(await self.of(query.hotel, query.staff_ids)))
