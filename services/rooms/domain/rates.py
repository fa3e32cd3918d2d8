"""Decides whether daily rates may be written."""

from collections.abc import Iterator
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms.rates import WriteRates
from contracts.values import Money
from services.rooms.domain import validation
from services.rooms.domain.amounts import amount, amount_problems
from services.rooms.domain.stays import horizon


def check(command: WriteRates, *, currency: str, today: date) -> Money | None:
    """Check the command; returns the price to write, None for the base price.

    Refused `VALIDATION_ERROR` and `BEYOND_HORIZON`.
    """
    validation.check(_problems(command, currency, today))
    if command.end_date >= horizon(today):
        raise Refusal("BEYOND_HORIZON", f"Nights before {horizon(today)} are on sale.")
    return None if command.price is None else amount(command.price, currency)


def _problems(command: WriteRates, currency: str, today: date) -> Iterator[tuple[str, str]]:
    if command.start_date < today:
        yield "start_date", "must not be in the past"
    if command.end_date < command.start_date:
        yield "end_date", "must not be before start_date"
    if any(not 0 <= day <= 6 for day in command.weekdays):
        yield "weekdays", "must be 0 (Monday) to 6 (Sunday)"
    if command.price is not None:
        yield from amount_problems("price", command.price, currency)
