"""What notifier says: realtime channels and what became of notices."""

from contracts.notifier.asks import *  # noqa: F403
from contracts.notifier.events import *  # noqa: F403
from contracts.notifier.replaying import *  # noqa: F403
