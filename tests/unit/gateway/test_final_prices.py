"""Guests read final prices: every amount in a response to guests is a final amount, or a line of one."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from gateway.api.routes import operations
from gateway.http import views
from gateway.http.views import View
from gateway.identity.admission import Audience

FOR_GUESTS = {Audience.PUBLIC, Audience.GUEST, Audience.LOOKUP}

# What a guest pays, owes or gets back, with tax.
FINAL = {
    "amount", "amount_total", "balance_due", "cancellation_fee", "change_fees", "desk_refund_due", "difference", "fee",
    "fee_amount", "new_total", "old_total", "price_from", "refund", "refund_amount", "total", "total_amount", "waived",
}  # fmt: skip
LINES = {"subtotal", "discount", "taxes"}
# The prices of a menu are final: an order's total is their sum.
MENU = {"price", "unit_price"}


def amounts(kind: Any, visited: frozenset[Any] = frozenset()) -> Iterator[tuple[str, str]]:
    """The response class and the name of every amount in a response of this type."""
    if get_origin(kind) is not None:
        for argument in get_args(kind):
            yield from amounts(argument, visited)
    elif isinstance(kind, type) and is_dataclass(kind) and kind not in visited:
        if issubclass(kind, View):
            money = (views._text, views._text_or_none)
            yield from (
                (kind.__name__, name)
                for base in kind.__mro__
                for name, encode in vars(base).get("_encodes", ())
                if encode in money
            )
        for each in fields(kind):
            yield from amounts(get_type_hints(kind)[each.name], visited | {kind})


def in_responses_to_guests() -> set[tuple[str, str]]:
    return {
        each for operation in operations() if operation.audience in FOR_GUESTS for each in amounts(operation.response)
    }


def test_every_amount_that_a_guest_reads_is_final_or_a_line_of_a_final_price() -> None:
    read = in_responses_to_guests()

    assert {name for _, name in read} <= FINAL | LINES | MENU
    assert {owner for owner, name in read if name in MENU} <= {"MenuItem", "OrderItem"}


def test_where_a_guest_reads_lines_the_total_stands_beside_them() -> None:
    read = in_responses_to_guests()

    with_lines = {owner for owner, name in read if name in LINES}
    assert with_lines
    assert {(owner, name) for owner in with_lines for name in (*LINES, "total")} <= read
