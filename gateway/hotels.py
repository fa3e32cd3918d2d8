"""Which hotels there are, remembered for a few seconds."""

from chassis.observability import trace
from chassis.refusal import Refusal
from contracts.rooms import GetHotel, HotelPage
from contracts.values import Context
from gateway.bus import Bus
from gateway.memory import Remembered

SECONDS = 5.0


class KnownHotels:
    """Hotels by slug, as rooms knows them."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._known: Remembered[str, HotelPage | Refusal] = Remembered(self._ask, seconds=SECONDS)

    async def get(self, slug: str) -> HotelPage:
        """The hotel; refused `HOTEL_NOT_FOUND`."""
        found = await self._known.get(slug)
        if isinstance(found, Refusal):
            raise Refusal(found.code, found.message)
        return found

    async def _ask(self, slug: str) -> HotelPage | Refusal:
        try:
            page, _ = await self._bus.ask(GetHotel(hotel=slug), Context(traceparent=trace.current()))
        except Refusal as unknown:
            return unknown
        return page
