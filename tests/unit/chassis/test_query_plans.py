"""Which plans count as a sequential scan of a table."""

from tests.fakes.query_plans import sequential_scans

PLAN = "Aggregate\n  ->  Seq Scan on booking_count  (cost=0.00..20.80 rows=319 width=4)"


def test_a_scan_of_a_table_is_found() -> None:
    assert sequential_scans({"counts": PLAN}, ["booking", "booking_count"]) == {"counts": PLAN}


def test_a_table_whose_name_begins_alike_is_another_table() -> None:
    assert sequential_scans({"counts": PLAN}, ["booking"]) == {}
