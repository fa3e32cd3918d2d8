"""The guest's side of the payment provider: the hosted page."""

from dataclasses import dataclass, field

import httpx

CARD = "4242424242424242"
SEE_OTHER = 303


@dataclass
class PaymentPage:
    """Pays on pages of the stand-in. `url` is the stand-in's."""

    url: str
    _http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(base_url=self.url, timeout=20, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def pay(self, payment_url: str) -> bool:
        """Pay with a card that succeeds. Whether the page sent the payer back; an expired page does not."""
        try:
            response = await self._http.post(httpx.URL(payment_url).path, data={"card": CARD})
        except httpx.HTTPError:
            return False
        return response.status_code == SEE_OTHER
