"""The refusals that are documented for each ask: by the gateway's operations, and by the ask's own description."""

from __future__ import annotations

import re
from typing import Any

from contracts.message import Ask
from gateway.openapi.responses import codes_of
from tests.simulation.gateway_operations import operations_that_send

CODE = re.compile(r"`([A-Z][A-Z0-9_]{3,})`")
OF_EVERY_COMMAND = frozenset({"IDEMPOTENCY_IN_PROGRESS"})  # an earlier request with the same key still runs


def documented_refusals(kind: type[Ask[Any]]) -> frozenset[str]:
    """The codes with which an ask of this kind may be refused."""
    codes = {code for operation in operations_that_send(kind) for code in codes_of(operation)}
    for described in kind.__mro__:
        codes |= set(CODE.findall(vars(described).get("__doc__") or ""))
    return OF_EVERY_COMMAND | codes


def staff_only(kind: type[Ask[Any]]) -> bool:
    """Whether only operations for a hotel's own staff send this ask."""
    senders = operations_that_send(kind)
    return bool(senders) and all(operation.audience == "staff" for operation in senders)
