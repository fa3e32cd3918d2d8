"""A storm that goes on until guests have come, or have not: what is taken from whom at the end of their bookings."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from contracts.bookings import AssignRoom, BookingDetail, BookingStatus, CheckIn
from tests.storm.ground import ZONE, staff
from tests.storm.machine import ANY, LAZY, Storm
from tests.storm.model import Life
from tests.storm.place import POLICIES
from tests.storm.troubles import TROUBLES

HALF_PAST_NOON = time(12, 30)


class LongStorm(Storm):
    """Guests move in, and are called off in house by `cancel`; others are waited for in vain."""

    @initialize(
        hotel=st.sampled_from(sorted(POLICIES)),
        stage=st.sampled_from(["paid", "approved", "in house"]),
        trouble=st.sampled_from([""] * len(TROUBLES) + sorted(TROUBLES)),
    )
    def begin(self, hotel: str, stage: str, trouble: str = "") -> None:
        super().begin(hotel, "approved" if stage == "in house" else stage)
        if stage == "in house":
            self.the_guest_comes(0, lazy=False)
        if trouble:
            self.the_provider(trouble)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, lazy=LAZY)
    def the_guest_comes(self, who: int, lazy: bool) -> None:
        life = self._life(who)
        booking = self.place.booking(life.created)
        if booking.status is BookingStatus.CONFIRMED:
            self._wait_until(booking, days=0)
            self._move_in(life)
            self._then(lazy)

    @precondition(lambda self: self.lives)
    @rule(who=ANY, nights=st.integers(1, 2))
    def the_day_goes_by(self, who: int, nights: int) -> None:
        self._wait_until(self.place.booking(self._life(who).created), days=nights)

    def _wait_until(self, booking: BookingDetail, *, days: int) -> None:
        """So many days after the day of arrival, at half past twelve, if that is still to come."""
        day = booking.check_in + timedelta(days=days)
        then = datetime.combine(day, HALF_PAST_NOON, tzinfo=ZONE)
        if then > self.place.now():
            self._pass(then - self.place.now(), lazy=False)

    def _move_in(self, life: Life) -> None:
        about = {"hotel": life.hotel, "booking_id": life.id}
        room = str(self.lives.index(life) + 1)
        self._survive(lambda: self._asked(AssignRoom(**about, room_number=room), staff(life.hotel)))
        self._survive(lambda: self._asked(CheckIn(**about), staff(life.hotel)))
        if self.place.is_under_way(life.id):
            self.place.find_what_lies()
            self._survive(self.place.tick)
