"""Daily rates after a change. All other responses are derived from the contract."""

from contracts.rooms.rates import RatesWritten
from gateway.http.views import View


class ChangedRates(View[RatesWritten], currency=False):
    """The nights whose price was set; `price` is null where the base price applies again."""
