"""The display names of staff, which pushes to staff have: asked of the gateway at sending, and never stored."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from chassis.refusal import Refusal, Unavailable
from contracts.gateway.staff_accounts import GetStaffNames
from services.notifier.domain.jobs import PushNotice

MAX_AGE = 60.0  # seconds in which a changed name is pushed as it was
RETRY_AFTER = 5.0  # seconds in which a gateway that did not reply is not asked
MOST_NAMES = 10_000

AskNames = Callable[[GetStaffNames], Any]


class StaffNameCache:
    """Names by account id, remembered for a minute. Without a reply pushes go out without names, and not late."""

    def __init__(self) -> None:
        self._cached: dict[str, tuple[float, str | None]] = {}
        self._silent_until = 0.0

    def of(self, pushes: Iterable[PushNotice], ask: AskNames) -> Mapping[str, str]:
        """The names of the staff who acted: one ask for each hotel, and none where all are remembered."""
        by_hotel: dict[str, set[str]] = {}
        for push in pushes:
            by_hotel.setdefault(push.hotel, set()).update(push.staff_ids)
        return {each: name for hotel, ids in by_hotel.items() for each, name in self._names(hotel, ids, ask)}

    def _names(self, hotel: str, ids: Collection[str], ask: AskNames) -> Iterable[tuple[str, str]]:
        now = time.monotonic()
        missing = [each for each in ids if self._cached.get(each, (0.0, None))[0] < now]
        if missing and now >= self._silent_until:
            self._ask(hotel, missing, ask, until=now + MAX_AGE)
        names = [(each, self._cached.get(each, (0.0, None))[1]) for each in ids]
        return [(each, name) for each, name in names if name]

    def _ask(self, hotel: str, ids: Collection[str], ask: AskNames, *, until: float) -> None:
        try:
            names = ask(GetStaffNames(hotel=hotel, staff_ids=tuple(sorted(ids)))).names
        except (Unavailable, Refusal):
            self._silent_until = time.monotonic() + RETRY_AFTER
            return
        if len(self._cached) + len(ids) > MOST_NAMES:
            self._cached.clear()
        self._cached.update({each: (until, names.get(each)) for each in ids})
