"""Sales: one statement takes a booking's first hold and sells its nights, all or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.transactions.checks import check, failed
from contracts.rooms.holds import Held
from contracts.values import Stay
from services.rooms.domain.holds import HoldExists, NightsFull

_EXISTS, _FULL = "hold exists", "nights full"
_FAILURES = {
    "(SELECT count(*) FROM held) = 0": _EXISTS,
    "(SELECT count(*) FROM counted) < :nights": _FULL,
}
# The hold is taken before the nights are locked, as in every transaction: the condition of `locked` reads the hold.
# Each column that the constraint `night_no_oversell` compares is written from the locked row, as in `nights.SELL`.
SALE = f"""
    held AS (
        INSERT INTO hold (booking_id, hotel, room_type_id, check_in, check_out, answer, held_at, version)
        VALUES (:booking_id, :hotel, :room_type_id, :check_in, :check_out, CAST(:answer AS jsonb), :now, 1)
        ON CONFLICT (hotel, booking_id) DO NOTHING
        RETURNING hotel, booking_id, room_type_id, check_in, check_out
    ), part AS (
        INSERT INTO hold_part (hotel, booking_id, first_night, until, room_type_id)
        SELECT hotel, booking_id, check_in, check_out, room_type_id FROM held
    ), locked AS (
        SELECT hotel, room_type_id, night, capacity, overbooking, sold FROM night
        WHERE hotel = :hotel AND room_type_id = :room_type_id AND night >= :check_in AND night < :check_out
          AND (SELECT count(*) FROM held) = 1
        ORDER BY night FOR UPDATE
    ), counted AS (
        UPDATE night SET sold = locked.sold + 1, capacity = locked.capacity, overbooking = locked.overbooking
        FROM locked
        WHERE (night.hotel, night.room_type_id, night.night) = (locked.hotel, locked.room_type_id, locked.night)
          AND NOT EXISTS (SELECT FROM locked WHERE sold >= capacity + overbooking)
        RETURNING 1
    ), {check(_FAILURES)}
"""  # noqa: S608


class SqlSales:
    """Writes the first rows of the tables `hold` and `hold_part` of a booking, and sells on the table `night`.

    `write_first` executes the statement at the commit, as one with the outbox: the transaction reads nothing.
    """

    def __init__(self, write_first: Callable[[str, dict[str, Any]], None]) -> None:
        self._write_first = write_first

    def sell(self, *, booking_id: str, hotel: str, room_type_id: int, stay: Stay, answer: Held, now: datetime) -> None:
        """Insert the booking's hold, of version 1, and sell its nights. What fails is raised by `checked`."""
        row = {
            "booking_id": booking_id,
            "hotel": hotel,
            "room_type_id": room_type_id,
            "check_in": stay.check_in,
            "check_out": stay.check_out,
            "nights": stay.nights,
            "answer": codec.encode(answer).decode(),
            "now": now,
        }
        self._write_first(SALE, row)

    @staticmethod
    @contextmanager
    def checked() -> Iterator[None]:
        """A block with a transaction that sells, which is rolled back where one of these is raised.

        Raises `HoldExists` where the booking has a hold, live or ended; `NightsFull` where a night is full or not on
        sale.
        """
        try:
            yield
        except sa.exc.DataError as problem:
            if failed(problem, _EXISTS):
                raise HoldExists from problem
            if failed(problem, _FULL):
                raise NightsFull from problem
            raise
