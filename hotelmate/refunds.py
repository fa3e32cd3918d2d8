"""`hotelmate refund`: retries refunds that failed."""

from typing import Annotated

import typer

from contracts.bookings.refunds import RetryRefund
from hotelmate.config import ask_client, load_config
from hotelmate.console import say
from hotelmate.existing import hotel_of

cli = typer.Typer(no_args_is_help=True, help="Retry refunds that have failed.")


@cli.command("retry")
def retry_refund(
    booking_id: Annotated[str, typer.Argument(metavar="BOOKING", help="The booking's id, as in BK-2026-ABCD2345.")],
) -> None:
    """Retry a failed refund once.

    The amount that is still owed is read at the provider first. A refund that is under way is not changed.
    """
    with ask_client(load_config()) as client:
        booking = client(RetryRefund(hotel=hotel_of(client, booking_id), booking_id=booking_id))
    owed = booking.refund_amount
    say(f"{booking_id}: refund of {owed} {booking.refund_status}." if owed is not None else f"{booking_id}.")
