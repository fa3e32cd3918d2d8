"""The list of an operation's statements, in order: what somebody reads who looks for one that can go."""

from collections.abc import Iterator

from tests.statement_counts.recorder import Recording

WIDTH = 150  # characters of a statement


def lines_of_statements(recording: Recording, service: str, *, whole: bool = False) -> Iterator[str]:
    """Each activity with its transactions, and each statement with the functions that executed it."""
    activity, transaction = "", -1
    for each in recording.statements:
        if service and each.service != service:
            continue
        if (doing := f"{each.service}: {each.activity}") != activity:
            activity, transaction = doing, -1
            yield f"\n{doing}"
        number = each.transaction.number if each.transaction else 0
        if number != transaction:
            transaction = number
            yield f"  {_ending(each.transaction)}"
        text = " ".join(each.text.split())
        times = f" ({each.times} times)" if each.times > 1 else ""
        yield f"    {text if whole or len(text) <= WIDTH else text[: WIDTH - 1] + '…'}{times}"
        yield f"        {' < '.join(each.callers)}"


def _ending(transaction: object) -> str:
    if transaction is None:
        return "without a transaction"
    outcome = getattr(transaction, "outcome", "")
    durable = ", durable" if getattr(transaction, "durable", False) else ""
    return f"transaction {getattr(transaction, 'number', 0)}: {outcome or 'open'}{durable}"
