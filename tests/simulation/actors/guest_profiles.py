"""Profiles of guests: weights of their pauses, arrivals, lengths of stay, parties and cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.stripe.cards import DECLINED, INSUFFICIENT, SUCCESS

NEEDS_AUTHENTICATION = "4000002500003155"  # the authentication never ends
REFUNDED_LATER = "4000000000007726"
REFUND_FAILS_LATER = "4000000000005126"
DISPUTED = "4000000000000259"
INQUIRED_ABOUT = "4000000000001976"
NO_CARD = "1234"
PROMO_CODE = "SIM"  # of the promotions that managers add and remove


@dataclass(frozen=True)
class GuestProfile:
    """Weights of a guest's choices, each by its option: `pauses` in seconds, `ahead` and `nights` in days.

    `hotels` are the weights of the hotels in order of their names; empty where all are alike. The next guest comes
    after one of `next_guest` seconds. `leaves` is the probability that a guest leaves the payment page, `late` that a
    guest pays after a while.
    """

    pauses: Mapping[float, int]
    ahead: Mapping[int, int]
    nights: Mapping[int, int]
    parties: Mapping[int, int]
    cards: Mapping[str, int]
    hotels: tuple[int, ...] = ()
    next_guest: tuple[float, ...] = (5.0, 60.0, 600.0)
    leaves: float = 0.12
    late: float = 0.1


# The order of options is the order on tapes.
ORDINARY_GUEST = GuestProfile(
    pauses={2.0: 6, 15.0: 4, 60.0: 3, 400.0: 1, 1000.0: 1},
    ahead={0: 14, 1: 3, 2: 1, 12: 1, 200: 1},
    nights={1: 8, 2: 4, 3: 1, 7: 1},
    parties={1: 12, 2: 8, 3: 1, 9: 1},
    cards={
        SUCCESS.number: 16, DECLINED.number: 2, INSUFFICIENT.number: 1, NEEDS_AUTHENTICATION: 1, REFUNDED_LATER: 2,
        REFUND_FAILS_LATER: 2, DISPUTED: 1, INQUIRED_ABOUT: 1, NO_CARD: 1,
    },
)  # fmt: skip
# These guests pay at once, mostly in the hotel that approves bookings, with cards that give trouble later.
PAYING_GUEST = GuestProfile(
    pauses={0.05: 8, 2.0: 4, 20.0: 1},
    ahead={0: 8, 1: 6, 2: 4, 4: 3, 7: 3, 12: 3, 200: 1},
    nights={1: 6, 2: 6, 3: 1},
    parties={1: 12, 2: 8},
    cards={
        SUCCESS.number: 12, DECLINED.number: 1, INSUFFICIENT.number: 1, NEEDS_AUTHENTICATION: 0, REFUNDED_LATER: 2,
        REFUND_FAILS_LATER: 5, DISPUTED: 2, INQUIRED_ABOUT: 1, NO_CARD: 0,
    },
    hotels=(1, 9),
    next_guest=(0.05, 5.0, 60.0),
    leaves=0.03,
    late=0.03,
)  # fmt: skip
# These guests pay at once, too, and change their stays, which begin in some days.
CHANGING_GUEST = replace(
    PAYING_GUEST,
    ahead={0: 1, 1: 4, 2: 4, 4: 3, 7: 2},
    nights={1: 6, 2: 3},
    parties={1: 16, 2: 4},
    cards={SUCCESS.number: 16, DECLINED.number: 1, REFUND_FAILS_LATER: 2, DISPUTED: 1},
    late=0.15,
    leaves=0.1,
)
