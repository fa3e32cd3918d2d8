"""The display names of staff, which pushes to staff have: asked of the gateway at sending, and never stored."""

from collections.abc import Callable, Collection, Iterable, Mapping
from time import monotonic
from typing import Any

from chassis.refusal import Refusal, Unavailable
from chassis.ttl_cache import TtlCache
from contracts.gateway.staff_accounts import GetStaffNames
from services.notifier.domain.jobs import PushNotice

MAX_AGE = 60.0  # seconds in which a changed name is pushed as it was
RETRY_AFTER = 5.0  # seconds in which a gateway that did not reply is not asked

AskNames = Callable[[GetStaffNames], Any]


class StaffNameCache:
    """Names by account id, remembered for a minute. Without a reply pushes go out without names, and not late."""

    def __init__(self) -> None:
        self._cache: TtlCache[str, str | None] = TtlCache(MAX_AGE)
        self._silent_until = 0.0

    def of(self, pushes: Iterable[PushNotice], ask: AskNames) -> Mapping[str, str]:
        """The names of the staff who acted: one ask for each hotel, and none where all are remembered."""
        by_hotel: dict[str, set[str]] = {}
        for push in pushes:
            by_hotel.setdefault(push.hotel, set()).update(push.staff_ids)
        names: dict[str, str | None] = {}
        for hotel, ids in by_hotel.items():
            names |= self._cache.get(ids)
            if missing := ids - names.keys():
                names |= self._ask(hotel, missing, ask)
        return {each: name for each, name in names.items() if name}

    def _ask(self, hotel: str, ids: Collection[str], ask: AskNames) -> Mapping[str, str | None]:
        if monotonic() < self._silent_until:
            return {}
        try:
            reply = ask(GetStaffNames(hotel=hotel, staff_ids=tuple(sorted(ids)))).names
        except (Unavailable, Refusal):
            self._silent_until = monotonic() + RETRY_AFTER
            return {}
        names = {each: reply.get(each) for each in ids}
        self._cache.store(names)
        return names
