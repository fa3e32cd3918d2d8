"""What bookings says: the life of a booking, from draft to check-out."""

from contracts.bookings.asks import *  # noqa: F403
from contracts.bookings.balance import *  # noqa: F403
from contracts.bookings.chat import *  # noqa: F403
from contracts.bookings.communications import *  # noqa: F403
from contracts.bookings.events import *  # noqa: F403
from contracts.bookings.extensions import *  # noqa: F403
from contracts.bookings.front_desk import *  # noqa: F403
from contracts.bookings.in_house import *  # noqa: F403
from contracts.bookings.lookups import *  # noqa: F403
from contracts.bookings.orders import *  # noqa: F403
from contracts.bookings.overstays import *  # noqa: F403
from contracts.bookings.views import *  # noqa: F403
