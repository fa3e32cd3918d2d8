"""Whatever the push provider does, screens get every fact in order, and nobody waits for it."""

import json
import random
from typing import Any

import pytest

from contracts import bookings, rooms
from contracts.bookings import BookingStatus
from contracts.message import Envelope
from sandbox.pusher import PusherStandIn
from services.notifier import pusher_gateway
from tests.fakes.rewinding import rewound
from tests.interface.notifier.conftest import Notifier
from tests.unit.notifier.samples import BOOKING, HOTEL, heard, sample
