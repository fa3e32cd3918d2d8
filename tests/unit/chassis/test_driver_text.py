"""Constant texts are executed as the driver reads them, as SQLAlchemy itself would have them executed."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, psycopg

from chassis.transactions.store import _driver_text

DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]


def test_a_text_has_the_driver_s_parameters_and_its_percent_signs() -> None:
    statement = sa.text("SELECT :n, CAST(:day AS date), a::int FROM t WHERE b LIKE '5%'").bindparams(
        sa.bindparam("day", type_=sa.Date)
    )

    assert _driver_text(statement, DIALECT) == (
        "SELECT %(n)s, CAST(%(day)s::DATE AS date), a::int FROM t WHERE b LIKE '5%%'"
    )


def test_a_text_is_compiled_once() -> None:
    statement = sa.text("SELECT 1")

    assert _driver_text(statement, DIALECT) is _driver_text(statement, DIALECT)


def test_values_that_sqlalchemy_would_convert_are_refused() -> None:
    statement = sa.text("SELECT :data").bindparams(sa.bindparam("data", type_=JSONB))

    with pytest.raises(TypeError, match="converts parameters"):
        _driver_text(statement, DIALECT)
