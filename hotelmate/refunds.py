"""`hotelmate refund`: what is to be done about money that did not go back."""

from typing import Annotated

import typer

from contracts.bookings import RetryRefund
from hotelmate.screen import say
from hotelmate.surroundings import asking, look_around

cli = typer.Typer(no_args_is_help=True, help="Money that is to go back to a guest.")


@cli.command("retry")
def retry_refund(
    booking_id: Annotated[str, typer.Argument(metavar="BOOKING", help="The booking's id, as in BK-2026-ABC234.")],
) -> None:
    """Have a refund that failed tried again, once.

    What is still owed is read at the provider first. One that is under way stays as it is.
    """
    with asking(look_around().amqp_url) as asker:
        booking = asker(RetryRefund(hotel="", booking_id=booking_id))
    owed = booking.refund_amount
    say(f"{booking_id}: refund of {owed.currency} {owed.text} {booking.refund_status}." if owed else f"{booking_id}.")
