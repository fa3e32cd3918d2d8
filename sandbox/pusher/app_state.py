"""The state of one stand-in, and its outages on demand."""

from dataclasses import dataclass

from sandbox.pusher.channels import ChannelRegistry
from sandbox.pusher.event_log import EventLog
from sandbox.pusher.faults import ApiFaults
from sandbox.pusher.messages import MessageHandler
from sandbox.pusher.settings import PusherAppSettings
from sandbox.pusher.webhooks import WebhookQueue


@dataclass(slots=True)
class SimulatedOutage:
    """The outages that are switched on through the control API."""

    refuses_connections: bool = False
    """New sockets are refused: with `refusal_code` after the handshake, without a code with HTTP 503."""
    refusal_code: int | None = None
    disabled: bool = False
    """The app is disabled: 403 on the API, 4003 on new sockets."""


class PusherAppState:
    """The components of one stand-in. Created and used in its event loop only."""

    def __init__(self, settings: PusherAppSettings) -> None:
        self.settings = settings
        self.event_log = EventLog()
        self.webhooks = WebhookQueue(settings)
        self.channels = ChannelRegistry(self.event_log, self.webhooks)
        self.messages = MessageHandler(settings, self.channels)
        self.faults = ApiFaults()
        self.outage = SimulatedOutage()

    def reset(self) -> None:
        """Delete all records, faults and outages. Sockets stay connected."""
        self.event_log.reset()
        self.faults.clear()
        self.outage = SimulatedOutage()
