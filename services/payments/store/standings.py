"""How each booking stands, by what bookings has said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.values import Money
from services.payments.domain import Stance, Standing
from services.payments.store.tables import STANDING


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
