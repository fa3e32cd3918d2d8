"""A trip from its booking to its end: the guest's next step is drawn by the booking's status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.values import Context
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.changes import change_own_stay
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.guest_profiles import CHANGING_GUEST, PAYING_GUEST, GuestProfile
from tests.simulation.actors.guest_steps import (
    cancel,
    chat,
    look_up,
    order,
    register_phone,
    submit,
    use_a_mailed_link,
    wait,
)
from tests.simulation.actors.guests import Trip, book
from tests.simulation.actors.paying import open_page, pay, verify

Step = Callable[[Trip], None]

ENDED = frozenset({
    BookingStatus.COMPLETED, BookingStatus.DECLINED, BookingStatus.CANCELLED, BookingStatus.EXPIRED,
    BookingStatus.NO_SHOW,
})  # fmt: skip
MAX_STEPS = 14
STEPS_IN_ANY_STATUS: Mapping[Step, int] = {
    wait: 4, chat: 1, look_up: 1, use_a_mailed_link: 1, order: 1, register_phone: 1, submit: 1, verify: 1,
    open_page: 1, cancel: 1, change_own_stay: 1,
}  # fmt: skip
ORDINARY_STEPS: Mapping[BookingStatus, Mapping[Step, int]] = {
    BookingStatus.DRAFT: {submit: 12, cancel: 1, wait: 1, change_own_stay: 1},
    BookingStatus.PENDING_PAYMENT: {pay: 24, open_page: 2, cancel: 1, wait: 2, change_own_stay: 4},
    BookingStatus.PENDING_APPROVAL: {
        wait: 16, open_page: 1, verify: 1, cancel: 1, chat: 1, use_a_mailed_link: 1, change_own_stay: 3,
    },
    BookingStatus.CONFIRMED: {
        wait: 16, open_page: 1, cancel: 1, chat: 1, look_up: 1, use_a_mailed_link: 1, change_own_stay: 4,
    },
    BookingStatus.IN_HOUSE: {wait: 4, order: 4, register_phone: 1, chat: 1, pay: 1, cancel: 1},
}  # fmt: skip
PAYING_GUEST_STEPS: Mapping[BookingStatus, Mapping[Step, int]] = {
    BookingStatus.DRAFT: {submit: 12},
    BookingStatus.PENDING_PAYMENT: {pay: 24, open_page: 1, cancel: 1, change_own_stay: 3},
    BookingStatus.PENDING_APPROVAL: {wait: 10, open_page: 1, verify: 1, cancel: 2, change_own_stay: 4},
    BookingStatus.CONFIRMED: {wait: 10, cancel: 5, use_a_mailed_link: 1, change_own_stay: 8},
    BookingStatus.IN_HOUSE: {wait: 4, order: 1, pay: 2},
}
CHANGING_GUEST_STEPS: Mapping[BookingStatus, Mapping[Step, int]] = {
    **PAYING_GUEST_STEPS,
    BookingStatus.PENDING_PAYMENT: {pay: 24},
    BookingStatus.PENDING_APPROVAL: {wait: 8},
    BookingStatus.CONFIRMED: {wait: 2, change_own_stay: 12, cancel: 1},
}
# While a change waits for its payment.
STEPS_WHILE_A_CHANGE_WAITS: Mapping[BookingStatus, Mapping[Step, int]] = {
    BookingStatus.CONFIRMED: {pay: 12, wait: 3, open_page: 1, change_own_stay: 3, cancel: 1, verify: 1},
}
UNUSUAL_STEP_PROBABILITY = 0.06


def guests(world: ActorWorld, name: str, profile: GuestProfile) -> None:
    """Guests come one after the other, each with trips of their own."""
    for number in count(1):
        client = Client(world, f"{name}-{number}", Context())
        for trip in book(client, profile):
            follow_trip(trip)
        world.sleep(world.choices.pick("next guest", profile.next_guest))


def follow_trip(trip: Trip) -> None:
    """Take steps until the booking has ended, or the guest has lost interest."""
    world = trip.world
    for _ in range(MAX_STEPS):
        world.sleep(weighted(world, "pause", trip.profile.pauses))
        booking = trip.look()
        if booking is None:
            continue
        out_of_place = world.choices.chance("out of place", UNUSUAL_STEP_PROBABILITY)
        steps = STEPS_IN_ANY_STATUS if out_of_place else _usual_steps(trip, booking)
        weighted(world, "step", steps)(trip)
        if booking.status in ENDED:
            if booking.can_pay:
                pay(trip)
            return


def _usual_steps(trip: Trip, booking: BookingDetail) -> Mapping[Step, int]:
    usual = ORDINARY_STEPS
    if booking.pending_change:
        usual = STEPS_WHILE_A_CHANGE_WAITS
    elif trip.profile is CHANGING_GUEST:
        usual = CHANGING_GUEST_STEPS
    elif trip.profile is PAYING_GUEST:
        usual = PAYING_GUEST_STEPS
    return usual.get(booking.status, STEPS_IN_ANY_STATUS)
