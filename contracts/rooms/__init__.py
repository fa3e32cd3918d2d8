"""What rooms says: inventory, rooms and hotels."""

from contracts.rooms.asks import *  # noqa: F403
from contracts.rooms.blocks import *  # noqa: F403
from contracts.rooms.census import *  # noqa: F403
from contracts.rooms.editing import *  # noqa: F403
from contracts.rooms.events import *  # noqa: F403
from contracts.rooms.extending import *  # noqa: F403
from contracts.rooms.front_desk import *  # noqa: F403
from contracts.rooms.menu import *  # noqa: F403
from contracts.rooms.occupancy import *  # noqa: F403
from contracts.rooms.tasks import *  # noqa: F403
from contracts.rooms.terms import *  # noqa: F403
from contracts.rooms.views import *  # noqa: F403
