"""How each booking stands, by what bookings has said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.payments import PaymentPurpose
from contracts.values import Money
from services.payments.domain import Payment, Stance, Standing
from services.payments.store.tables import CHARGE_STANDING, STANDING


class SqlStandings:
    """One row per booking heard of."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, booking_id: str, hotel: str) -> Standing:
        """How the booking stands; live where nothing was heard yet."""
        row = self._connection.execute(sa.select(STANDING).where(STANDING.c.booking_id == booking_id)).first()
        if row is None:
            return Standing(booking_id=booking_id, hotel=hotel)
        return Standing(
            booking_id=row.booking_id,
            hotel=row.hotel,
            stance=Stance(row.stance),
            approved_payment=row.approved_payment,
            fee=Money(row.fee, row.fee_currency) if row.fee is not None else None,
            why=row.why,
        )

    def put(self, standing: Standing, *, since: datetime) -> None:
        """Keep how the booking stands now."""
        values = {
            "hotel": standing.hotel,
            "stance": standing.stance,
            "approved_payment": standing.approved_payment,
            "fee": standing.fee.amount if standing.fee else None,
            "fee_currency": standing.fee.currency if standing.fee else None,
            "why": standing.why,
            "since": since,
        }
        statement = insert(STANDING).values(booking_id=standing.booking_id, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["booking_id"], set_=values))

    def towards(self, payment: Payment) -> Standing:
        """What is wanted of this payment: as the booking stands, or, towards its balance, what bookings decided."""
        if payment.purpose is PaymentPurpose.BOOKING:
            return self.of(payment.booking_id, payment.hotel)
        charge = CHARGE_STANDING
        row = self._connection.execute(sa.select(charge).where(charge.c.payment_id == payment.id)).first()
        if row is None:
            return Standing(booking_id=payment.booking_id, hotel=payment.hotel)
        return Standing(
            booking_id=payment.booking_id,
            hotel=payment.hotel,
            stance=Stance(row.stance),
            approved_payment=payment.id if row.stance == Stance.APPROVED else None,
            fee=payment.money(row.fee) if row.fee else None,
            why=row.why,
        )

    def decide(self, payment_id: str, stance: Stance, *, why: str, since: datetime, fee: int = 0) -> None:
        """Keep what bookings wants of one payment towards a balance. `fee` is what may be kept of it, minor units."""
        values = {"stance": stance, "fee": fee, "why": why, "since": since}
        statement = insert(CHARGE_STANDING).values(payment_id=payment_id, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["payment_id"], set_=values))
