"""A storm that goes on until guests have come, or have not: what is taken from whom at the end of their bookings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import BookingDetail
from tests.storm.environment import ZONE, staff
from tests.storm.payment_environment import POLICIES
from tests.storm.payment_machine import ANY, LAZY, PaymentMachine
from tests.storm.payment_model import PaymentModel
from tests.storm.provider_faults import PROVIDER_FAULTS

HALF_PAST_NOON = time(12, 30)


class StayMachine(PaymentMachine):
    """Guests move in, and are called off in house by `cancel`; others are waited for in vain."""

    @initialize(
        hotel=st.sampled_from(sorted(POLICIES)),
        stage=st.sampled_from(["paid", "approved", "in house"]),
        fault=st.sampled_from([""] * len(PROVIDER_FAULTS) + sorted(PROVIDER_FAULTS)),
    )
    def begin(self, hotel: str, stage: str, fault: str = "") -> None:
        super().begin(hotel, "approved" if stage == "in house" else stage)
        if stage == "in house":
            self.the_guest_comes(0, lazy=False)
        if fault:
            self.the_provider(fault)

    @precondition(lambda self: self.models)
    @rule(who=ANY, lazy=LAZY)
    def the_guest_comes(self, who: int, lazy: bool) -> None:
        model = self._life(who)
        booking = self.environment.booking(model.created)
        if booking.status is BookingStatus.CONFIRMED:
            self._wait_until(booking, days=0)
            self._move_in(model)
            self._then(lazy)

    @precondition(lambda self: self.models)
    @rule(who=ANY, nights=st.integers(1, 2))
    def the_day_goes_by(self, who: int, nights: int) -> None:
        self._wait_until(self.environment.booking(self._life(who).created), days=nights)

    def _wait_until(self, booking: BookingDetail, *, days: int) -> None:
        """So many days after the day of arrival, at half past twelve, if that is still to come."""
        day = booking.check_in + timedelta(days=days)
        then = datetime.combine(day, HALF_PAST_NOON, tzinfo=ZONE)
        if then > self.environment.now():
            self._pass(then - self.environment.now(), lazy=False)

    def _move_in(self, model: PaymentModel) -> None:
        about: dict[str, Any] = {"hotel": model.hotel, "booking_id": model.id}
        room = str(self.models.index(model) + 1)
        self._run_until_crash(
            lambda: self._ask_unless_refused(AssignRoom(**about, room_number=room), staff(model.hotel))
        )
        self._run_until_crash(lambda: self._ask_unless_refused(CheckIn(**about), staff(model.hotel)))
        if self.environment.has_pending_action(model.id):
            self.environment.make_due()
            self._run_until_crash(self.environment.tick)
