"""The gateway's end of the message bus: asks to the services, and the facts about bookings as they happen."""

from gateway.bus.hearing import Hearing, Hearings
from gateway.bus.port import DEADLINE, Bus
from gateway.bus.rabbit import RabbitBus

__all__ = ["DEADLINE", "Bus", "Hearing", "Hearings", "RabbitBus"]
