"""Nameko entrypoints of our own, because the stock ones lose, loop or repeat messages (ADR 3).

Each acknowledges after the commit, ends what is in flight when asked to stop, and lives through outages.
"""

from chassis.entrypoints.asks import Asks
from chassis.entrypoints.events import Events, apply_patiently
from chassis.entrypoints.loops import Calls, Ticks

__all__ = ["Asks", "Calls", "Events", "Ticks", "apply_patiently"]
