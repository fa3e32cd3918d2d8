"""The messages of the rooms service, about hotels, inventory and rooms."""

from contracts.rooms.assignments import *  # noqa: F403
from contracts.rooms.availability import *  # noqa: F403
from contracts.rooms.blocks import *  # noqa: F403
from contracts.rooms.events import *  # noqa: F403
from contracts.rooms.extensions import *  # noqa: F403
from contracts.rooms.holds import *  # noqa: F403
from contracts.rooms.hotel_import import *  # noqa: F403
from contracts.rooms.hotels import *  # noqa: F403
from contracts.rooms.menu import *  # noqa: F403
from contracts.rooms.moves import *  # noqa: F403
from contracts.rooms.occupancy import *  # noqa: F403
from contracts.rooms.policies import *  # noqa: F403
from contracts.rooms.promotions import *  # noqa: F403
from contracts.rooms.quotes import *  # noqa: F403
from contracts.rooms.rates import *  # noqa: F403
from contracts.rooms.room_availability import *  # noqa: F403
from contracts.rooms.room_types import *  # noqa: F403
from contracts.rooms.rooms import *  # noqa: F403
from contracts.rooms.settings import *  # noqa: F403
from contracts.rooms.tasks import *  # noqa: F403
from contracts.rooms.turnover import *  # noqa: F403
from contracts.rooms.walk_ins import *  # noqa: F403
