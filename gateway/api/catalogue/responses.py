"""Room types, daily rates, promotions and cancellation policies."""

from contracts import rooms
from gateway.http.views import View


class RoomType(View[rooms.RoomTypeView], examples={"name": "Standard Double", "rooms": 12}):
    """A room type. `rooms` counts its rooms in service; `policy` is null where the hotel's standard policy applies."""


class Rate(View[rooms.DailyRate]):
    """The price of one night of a room type, instead of the base price."""


class RatesWritten(View[rooms.RatesWritten], currency=False):
    """The nights with a new price; `price` is null where the base price applies again."""


class Promotion(View[rooms.PromotionDefinition], examples={"code": "SUMMER", "kind": "PERCENT"}):
    """A discount by code. `value` is a percentage, or an amount where `kind` is `FIXED`."""


class PolicyTier(View[rooms.TierDefinition], examples={"kind": "FULL_STAY", "value": "0", "hours_before": 24}):
    """The fee from `hours_before` check-in on."""


class Policy(View[rooms.PolicyDefinition], examples={"code": "FLEX", "name": "Flexible", "kind": "FLEXIBLE"}):
    """A cancellation policy. The standard policy applies to room types that name no other."""
