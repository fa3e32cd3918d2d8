"""What an operation left: the difference of two pictures, as one statement with other keys for each subject."""

import uuid

from tests.bench.cost.bare_model import BareModel
from tests.bench.cost.bare_statement import STEP, Parameter, statement_of
from tests.bench.cost.table_rows import Picture, RowChange, TableShape, changes

BOOKING = TableShape(
    "booking", {"id": "text", "status": "text", "guests": "integer"}, key=("id",), unique=frozenset({"id"})
)
SHAPES = {"booking": BOOKING}
OLD = {"id": "BK-1", "status": "CONFIRMED", "guests": "2"}
NEW = {**OLD, "status": "IN_HOUSE"}


def test_an_inserted_a_changed_and_a_deleted_row_are_changes_and_an_equal_one_is_none() -> None:
    same, gone, come = ({**OLD, "id": each} for each in ("BK-2", "BK-3", "BK-4"))
    before: Picture = {"booking": {("BK-1",): OLD, ("BK-2",): same, ("BK-3",): gone}}
    after: Picture = {"booking": {("BK-1",): NEW, ("BK-2",): same, ("BK-4",): come}}

    assert list(changes(before, after)) == [
        RowChange("booking", OLD, NEW),
        RowChange("booking", gone, None),
        RowChange("booking", None, come),
    ]


def test_only_new_values_are_written_to_a_changed_row() -> None:
    statement = statement_of([RowChange("booking", OLD, NEW)], SHAPES)

    assert 'UPDATE "booking" SET "status" = %s::text WHERE "id" = %s::text' in statement.text
    assert statement.values(7) == ["IN_HOUSE", "BK-1~7"]
    assert statement.net_rows == {"booking": 0}


def test_rows_of_one_table_are_inserted_by_one_statement_and_counted() -> None:
    rows = [RowChange("booking", None, {**OLD, "id": each}) for each in ("BK-1", "BK-2")]
    statement = statement_of([*rows, RowChange("booking", {**OLD, "id": "BK-0"}, None)], SHAPES)

    assert statement.text.count("INSERT") == 1
    assert statement.text.count("DELETE") == 1
    assert statement.net_rows == {"booking": 1}
    assert len(statement.values(1)) == statement.text.count("%s") == 7


def test_a_key_is_another_one_for_each_subject_and_the_same_in_every_statement() -> None:
    event = str(uuid.uuid4())
    for kind, value in (("text", "BK-1"), ("integer", "4"), ("bigint", "4"), ("uuid", event)):
        key = Parameter(value, kind, varies=True)
        assert len({key.of(subject) for subject in (1, 2, 3)}) == 3
        assert key.of(2) == Parameter(value, kind, varies=True).of(2)
    assert Parameter("4", "integer", varies=True).of(3) == str(4 + 3 * STEP)


def test_what_is_no_key_and_what_is_null_stays() -> None:
    assert Parameter("4", "integer", varies=False).of(3) == "4"
    assert Parameter(None, "text", varies=True).of(3) is None
    assert Parameter("2026-01-01", "date", varies=True).of(3) == "2026-01-01"


def test_an_operation_that_changes_nothing_has_no_statement() -> None:
    assert statement_of([], SHAPES).text == ""


def test_rows_that_were_there_before_the_first_operation_are_needed() -> None:
    model = BareModel({"bookings": SHAPES})
    made = {**OLD, "id": "BK-2"}
    model.add("create", "bookings", [RowChange("booking", None, made), RowChange("booking", OLD, NEW)])
    model.add("check-in", "bookings", [RowChange("booking", made, None), RowChange("booking", NEW, OLD)])

    assert list(model.needed("bookings")) == [RowChange("booking", None, OLD)]
