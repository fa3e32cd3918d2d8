"""A trip from its booking to its end: what its guest does next follows from the booking's status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from contracts.bookings.status import BookingStatus
from contracts.values import Context
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.guests import ENDED, Trip, book
from tests.simulation.actors.habits import ORDINARY, SPENDING, Habits
from tests.simulation.actors.in_house import (
    cancel,
    chat,
    look_up,
    order,
    register_phone,
    submit,
    use_a_mailed_link,
    wait,
)
from tests.simulation.actors.paying import open_page, pay, verify
from tests.simulation.actors.stage import Stage

Step = Callable[[Trip], None]

MOST_STEPS = 14
EVERYWHERE: Mapping[Step, int] = {
    wait: 4, chat: 1, look_up: 1, use_a_mailed_link: 1, order: 1, register_phone: 1, submit: 1, verify: 1,
    open_page: 1, cancel: 1,
}  # fmt: skip
STEPS: Mapping[BookingStatus, Mapping[Step, int]] = {
    BookingStatus.DRAFT: {submit: 12, cancel: 1, wait: 1},
    BookingStatus.PENDING_PAYMENT: {pay: 24, open_page: 2, cancel: 1, wait: 2},
    BookingStatus.PENDING_APPROVAL: {wait: 16, open_page: 1, verify: 1, cancel: 1, chat: 1, use_a_mailed_link: 1},
    BookingStatus.CONFIRMED: {wait: 16, open_page: 1, cancel: 1, chat: 1, look_up: 1, use_a_mailed_link: 1},
    BookingStatus.IN_HOUSE: {wait: 4, order: 4, register_phone: 1, chat: 1, pay: 1, cancel: 1},
}
SPENDING_STEPS: Mapping[BookingStatus, Mapping[Step, int]] = {
    BookingStatus.DRAFT: {submit: 12},
    BookingStatus.PENDING_PAYMENT: {pay: 24, open_page: 1, cancel: 1},
    BookingStatus.PENDING_APPROVAL: {wait: 10, open_page: 1, verify: 1, cancel: 2},
    BookingStatus.CONFIRMED: {wait: 10, cancel: 5, use_a_mailed_link: 1},
    BookingStatus.IN_HOUSE: {wait: 4, order: 1, pay: 2},
}
OUT_OF_PLACE = 0.06


def guests(world: Stage, name: str, habits: Habits = ORDINARY) -> None:
    """Guests come one after the other, each with trips of their own."""
    for number in count(1):
        client = Client(world, f"{name}-{number}", Context())
        for trip in book(client, habits):
            live_through(trip)
        world.sleep(world.choices.pick("next guest", habits.next_guest))


def live_through(trip: Trip) -> None:
    """Take steps until the booking has ended, or the guest has lost interest."""
    world = trip.world
    for _ in range(MOST_STEPS):
        world.sleep(weighted(world, "pause", trip.habits.pauses))
        booking = trip.look()
        if booking is None:
            continue
        out_of_place = world.choices.chance("out of place", OUT_OF_PLACE)
        usual = SPENDING_STEPS if trip.habits is SPENDING else STEPS
        steps = EVERYWHERE if out_of_place else usual.get(booking.status, EVERYWHERE)
        weighted(world, "step", steps)(trip)
        if booking.status in ENDED:
            if booking.can_pay:
                pay(trip)
            return
