"""Tables of commands."""

import pytest

from hotelmate.console import show_table

FSI, PDI, RLO = "\u2068", "\u2069", "\u202e"


def test_a_name_in_a_table_turns_no_other_cell(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(
        ("e-mail", "name", "role"), [("a@x.example", f"{RLO}evil", "manager"), ("b@x.example", "Ada", "cleaner")]
    )

    rows = capsys.readouterr().out.splitlines()[1:]

    assert f"{FSI}{RLO}evil{PDI}" in rows[0]
    assert rows[1].split() == ["b@x.example", "Ada", "cleaner"]
