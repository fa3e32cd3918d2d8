"""Everything one stand-in knows, wired together; and what it refuses on demand."""

from dataclasses import dataclass

from sandbox.pusher.faults import Faults
from sandbox.pusher.hub import Hub
from sandbox.pusher.journal import Journal
from sandbox.pusher.messages import Messages
from sandbox.pusher.settings import Settings
from sandbox.pusher.webhooks import Webhooks


@dataclass(slots=True)
class Moods:
    """How the stand-in feels about clients at present."""

    refuses_connections: bool = False
    """New sockets are turned away: with `refusal_code` after the handshake, else with HTTP 503."""
    refusal_code: int | None = None
    disabled: bool = False
    """The app is disabled: 403 on the API, 4003 on new sockets."""


class World:
    """The parts of one stand-in. Made inside its event loop, used from there only."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.journal = Journal()
        self.webhooks = Webhooks(settings)
        self.hub = Hub(self.journal, self.webhooks)
        self.messages = Messages(settings, self.hub)
        self.faults = Faults()
        self.moods = Moods()

    def reset(self) -> None:
        """Forget what was told and sent, and every fault and mood. Sockets stay connected."""
        self.journal.reset()
        self.faults.clear()
        self.moods = Moods()
