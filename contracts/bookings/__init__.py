"""What bookings says: the life of a booking, from draft to check-out."""

from contracts.bookings.asks import *  # noqa: F403
from contracts.bookings.events import *  # noqa: F403
from contracts.bookings.extensions import *  # noqa: F403
from contracts.bookings.front_desk import *  # noqa: F403
from contracts.bookings.overstays import *  # noqa: F403
from contracts.bookings.views import *  # noqa: F403
