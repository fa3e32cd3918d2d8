"""The hotels that exist, cached for some seconds."""

from chassis.observability import trace
from chassis.refusal import Refusal
from contracts.rooms.hotels import GetHotel, HotelPage
from contracts.values import Context
from gateway.bus.port import Bus
from gateway.lookups.cache import Cache

MAX_AGE = 5.0


class HotelLookup:
    """Looks up hotels by slug in the rooms service. The refusal of an unknown slug is cached, too."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._pages: Cache[str, HotelPage | Refusal] = Cache(self._fetch, max_age=MAX_AGE)

    async def get(self, slug: str) -> HotelPage:
        """The hotel with this slug; refused `HOTEL_NOT_FOUND` where no hotel has the slug."""
        page = await self._pages.get(slug)
        if isinstance(page, Refusal):
            raise Refusal(page.code, page.message)
        return page

    async def _fetch(self, slug: str) -> HotelPage | Refusal:
        try:
            page, _ = await self._bus.ask(GetHotel(hotel=slug), Context(traceparent=trace.current()))
        except Refusal as refusal:
            return refusal
        return page
