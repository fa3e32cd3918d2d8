"""Every import rule holds, and every import rule can fail: each is broken once in a copy."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "chassis", "services", "gateway", "sandbox", "hotelmate")

# The rule, the file that breaks it in the copy, and the line that does.
BREAKS = {
    "contracts-import-nothing": ("contracts/values.py", "import msgspec"),
    "services-are-strangers": ("services/rooms/work.py", "import services.bookings.lifecycle"),
    "chassis-knows-no-hotel": ("chassis/transactions/work.py", "import services.rooms.lifecycle"),
    "chassis-in-layers": ("chassis/codec.py", "import chassis.service"),
    "product-knows-no-sandbox": ("hotelmate/main.py", "import sandbox.sockets"),
