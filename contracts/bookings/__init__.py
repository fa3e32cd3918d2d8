"""The messages of the bookings service: the asks that the service answers and the events that the service publishes."""

from contracts.bookings.amendments import *  # noqa: F403
from contracts.bookings.approval import *  # noqa: F403
from contracts.bookings.asks import *  # noqa: F403
from contracts.bookings.balance import *  # noqa: F403
from contracts.bookings.bulk_check_out import *  # noqa: F403
from contracts.bookings.chat import *  # noqa: F403
from contracts.bookings.communications import *  # noqa: F403
from contracts.bookings.events import *  # noqa: F403
from contracts.bookings.extensions import *  # noqa: F403
from contracts.bookings.guest_access import *  # noqa: F403
from contracts.bookings.guest_services import *  # noqa: F403
from contracts.bookings.lookups import *  # noqa: F403
from contracts.bookings.mails import *  # noqa: F403
from contracts.bookings.orders import *  # noqa: F403
from contracts.bookings.overstays import *  # noqa: F403
from contracts.bookings.queries import *  # noqa: F403
from contracts.bookings.refunds import *  # noqa: F403
from contracts.bookings.status import *  # noqa: F403
from contracts.bookings.stays import *  # noqa: F403
from contracts.bookings.views import *  # noqa: F403
from contracts.bookings.walk_ins import *  # noqa: F403
