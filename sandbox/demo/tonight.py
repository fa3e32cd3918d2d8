"""`python -m sandbox.demo.tonight`: prints tonight's check-in and check-out date by the running demo's clock."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from hotelmate.hotels import read_property
from sandbox.demo.addresses import Addresses
from sandbox.demo.seed import HOTELS

DEFAULT_HOTEL = "hotel-killarney"


def main() -> int:
    """Print two dates, as the hotel counts days; returns the exit code."""
    try:
        stripe = Addresses.read(Path(".run/stack.json")).stripe
    except (OSError, ValueError):
        sys.stderr.write("No demo runs here. Start one in another terminal: make demo\n")
        return 1
    now = httpx.get(f"{stripe}/_control/clock", trust_env=False).raise_for_status().json()["now"]
    zone = ZoneInfo(read_property(HOTELS / f"{DEFAULT_HOTEL}.json").timezone)
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    sys.stdout.write(f"{today} {today + timedelta(days=1)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
