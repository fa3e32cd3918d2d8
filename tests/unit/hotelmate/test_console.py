"""The output of commands: what people have named stands isolated beside other words."""

import pytest

from contracts.rooms.hotels import Hotels
from hotelmate.console import show_table
from hotelmate.errors import CommandError
from hotelmate.existing import check_hotel

FSI, PDI, RLO = "\u2068", "\u2069", "\u202e"
NO_HOTELS = Hotels(hotels=())


@pytest.mark.parametrize("name", [f"{RLO}aroN", "דנה כהן", f"Nora{PDI}{RLO}"])
def test_a_name_in_a_table_turns_no_other_cell(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("e-mail", "name", "role"), [("nora@hotel.example", name, "front desk")])

    [_, row] = capsys.readouterr().out.splitlines()
    assert f"{FSI}{name.replace(PDI, '')}{PDI}" in row
    assert row.index(PDI) < row.index("front desk")


def test_a_table_without_turning_letters_has_no_marks(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("id", "name"), [("1", "Zoë Muñoz")])

    assert not {FSI, PDI} & set(capsys.readouterr().out)


def test_an_unknown_name_turns_no_word_of_the_error() -> None:
    with pytest.raises(CommandError) as error:
        check_hotel(lambda *_, **__: NO_HOTELS, f"{RLO}letoh")  # type: ignore[arg-type]

    assert error.value.message == f"There is no hotel {FSI}{RLO}letoh{PDI}."
