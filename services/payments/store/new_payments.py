"""How a payment is inserted: with its row in the directory, and with its first call and job."""

from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from contracts.payments.events import PaymentPurpose
from services.payments.domain.desired_state import BookingPhase
from services.payments.domain.payment import Payment
from services.payments.domain.provider_call import ProviderCall
from services.payments.domain.reconciliation import EVERY
from services.payments.store.new_jobs import new_job
from services.payments.store.tables import DESIRED_STATE, DIRECTORY, PAYMENT
from services.payments.store.tables import PROVIDER_ACTION as ACTION

COLUMNS = tuple(field.name for field in fields(Payment) if field.name not in {"amount", "refunds"})
_OF_CALL = tuple(field.name for field in fields(ProviderCall))
_IDS = ("id", "hotel", "session_id", "intent_id")
_VALUES = {
    name: sa.bindparam(name, type_=PAYMENT.c[name].type)
    for name in (*COLUMNS, "amount", "currency", "changed_at", "compare_at")
}


def _new(condition: sa.ColumnElement[bool]) -> sa.CTE:
    """Inserts a payment on the condition, and unless the booking has a live payment of the same purpose."""
    inserting = insert(PAYMENT).from_select(list(_VALUES), sa.select(*_VALUES.values()).where(condition))
    return inserting.on_conflict_do_nothing().returning(*(PAYMENT.c[name] for name in _IDS)).cte("new")


def _listed(new: sa.CTE) -> sa.Insert:
    return DIRECTORY.insert().from_select(["payment_id", *_IDS[1:]], sa.select(new))


def _called(new: sa.CTE) -> sa.CTE:
    values = (sa.bindparam(f"call_{name}", type_=ACTION.c[name].type) for name in _OF_CALL)
    return ACTION.insert().from_select(_OF_CALL, sa.select(*values).select_from(new)).cte("called")


# A payment towards a balance has a desired state of its own, which a new payment has not got yet.
_HAS_ENDED = sa.and_(
    sa.bindparam("purpose", type_=PAYMENT.c.purpose.type) == PaymentPurpose.BOOKING,
    sa.exists().where(
        DESIRED_STATE.c.hotel == sa.bindparam("hotel"),
        DESIRED_STATE.c.booking_id == sa.bindparam("booking_id"),
        DESIRED_STATE.c.phase == BookingPhase.ENDED,
    ),
)
_BEGUN = _new(sa.not_(_HAS_ENDED))
INSERT = _listed(_new(sa.true()))
BEGIN = _listed(_BEGUN).add_cte(_called(_BEGUN), new_job(_BEGUN))


def row_of(payment: Payment) -> dict[str, Any]:
    """The columns of a payment's row that are the payment's own."""
    own = {name: getattr(payment, name) for name in COLUMNS}
    return own | {"amount": payment.amount.amount, "currency": payment.amount.currency}


def parameters_of_new(payment: Payment) -> dict[str, Any]:
    """The parameters of `INSERT`, and those of `BEGIN` that are of the payment."""
    return row_of(payment) | {"changed_at": payment.created_at, "compare_at": payment.created_at + EVERY}


def parameters_of_call(call: ProviderCall) -> dict[str, Any]:
    """The parameters of `BEGIN` that are of the call."""
    return {f"call_{name}": getattr(call, name) for name in _OF_CALL}
