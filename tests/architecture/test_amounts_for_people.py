"""No person reads minor units: the product writes an amount into a text only through `Money`, never as a number."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
TREES = ("contracts", "chassis", "services", "gateway", "hotelmate", "sandbox")

# The names of attributes, columns and JSON members that hold minor units somewhere in the product.
MINOR_UNITS = frozenset({
    "amount", "authorised", "balance_due", "base_price", "captured", "due_at_the_desk", "fee", "held",
    "price", "refunded", "total_amount", "unit_amount", "voided",
})  # fmt: skip

# Expressions with such a name whose value is a `Money` or a text, each with its reason.
NOT_A_NUMBER = {
    ("services/payments/steps/reconciliation/provider_lists.py", "each.amount"): "the provider object has a Money",
    ("services/payments/domain/reconciliation.py", "desired.fee"): "the desired state has a Money",
    ("services/rooms/store/examination.py", "row.held"): "a number of nights",
    ("hotelmate/timeline/render.py", "payment['amount']"): "the explanation has the text of a Money",
    ("services/bookings/domain/cancellation_fees.py", "fee"): "a Money",
    ("services/payments/domain/reconciliation.py", "amount"): "the ledger and the provider's movements have a Money",
    ("services/payments/store/examination.py", "captured"): "the text of a Money",
    ("services/payments/store/examination.py", "authorised"): "the text of a Money",
    ("services/payments/store/examination.py", "refunded"): "the text of a Money",
    ("sandbox/demo/providers.py", "amount"): "a Money",
    ("sandbox/demo/search_steps.py", "price"): "a decimal text of the API",
    ("sandbox/demo/walkthrough.py", "held"): "a number of rooms",
    ("sandbox/stripe/catalogue.py", "amount"): "a field and an error of the provider's API, which has minor units",
    ("sandbox/stripe/intents.py", "amount"): "an error of the provider's API, which has minor units",
    ("sandbox/stripe/intents.py", "held"): "an error of the provider's API, which has minor units",
}
SQL = re.compile(rf"\b({'|'.join(sorted(MINOR_UNITS))})\b\s*(::\s*text\s*)?\|\|", re.IGNORECASE)


def written_amounts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and expression of each amount that is written into a text by an f-string, `str`, `format` or SQL."""
    for node in ast.walk(tree):
        match node:
            case ast.FormattedValue(value=value) | ast.Call(func=ast.Name(id="str" | "format"), args=[value, *_]):
                if _name(value) in MINOR_UNITS:
                    yield node.lineno, ast.unparse(value)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format"), args=values):
                yield from ((node.lineno, ast.unparse(value)) for value in values if _name(value) in MINOR_UNITS)
            case ast.Constant(value=str(text)) if SQL.search(text):
                yield node.lineno, text


def _name(value: ast.expr) -> str:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def test_no_amount_is_written_into_a_text_as_a_number() -> None:
    lines = [
        (str(path.relative_to(ROOT)), line, expression)
        for name in TREES
        for path in sorted((ROOT / name).rglob("*.py"))
        if "migrations" not in path.parts
        for line, expression in written_amounts(parsed(path.read_text("utf-8")))
    ]

    assert [each for each in lines if (each[0], each[2]) not in NOT_A_NUMBER] == []
    assert set(NOT_A_NUMBER) == {(path, expression) for path, _, expression in lines}, "a reason without a line"


def test_an_amount_in_an_f_string_a_call_and_a_statement_is_noticed() -> None:
    tree = ast.parse(
        "f'{row.amount} {row.currency}'\n"
        "say(f'{payment[\"amount\"]}')\n"
        "str(payment.captured)\n"
        "'{} kept'.format(balance.fee)\n"
        "select('SELECT amount || currency FROM ledger')\n"
        "f'{money} and {row.currency}'\n"
        "[f'{kind} {amount}' for kind, amount in movements]\n"
    )

    assert sorted(line for line, _ in written_amounts(tree)) == [1, 2, 3, 4, 5, 7]
