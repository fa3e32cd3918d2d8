"""The recipes of CONTRIBUTING.md for a field and for a coded noun work: each is followed in a copy of the tree."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interface.recipes.copied_tree import CopiedTree, Recipe, listed
from tests.interface.recipes.field import FIELD
from tests.interface.recipes.noun import NOUN

REGISTRIES = "".join(f"import services.{name}.service\n" for name in ("bookings", "payments", "rooms", "notifier"))


def built(folder: Path, recipe: Recipe, *, at_most: int, checks: tuple[str, ...] = ()) -> dict[str, Any]:
    """Follow the recipe in a copy, lint the copy and run its tests; the copy's OpenAPI document.

    The files that differ are those that the recipe lists, and no more than `at_most`.
    """
    tree = CopiedTree.at(folder)

    by_hand = tree.follow(recipe)

    assert by_hand == listed(recipe.heading)
    assert len(by_hand) <= at_most
    tree.run("-m", "ruff", "check", "--no-cache", "contracts", "services", "gateway")
    tree.run("-m", "ruff", "format", "--no-cache", "--check", "contracts", "services", "gateway")
    tree.run("-c", REGISTRIES)
    tree.run("-m", "chassis.messaging.contract_schemas")
    tree.run("-m", "docs.generate")
    tree.run("-m", "pytest", "-n0", "-p", "no:cacheprovider", *recipe.tests, *checks)
    document: dict[str, Any] = json.loads((folder / "docs" / "openapi.json").read_text())
    return document


@pytest.mark.long
def test_a_field_of_a_booking_is_seven_files(tmp_path: Path) -> None:
    document = built(tmp_path, FIELD, at_most=7, checks=("tests/unit/bookings/test_lifecycle.py",))

    schemas = document["components"]["schemas"]
    with_field = {name for name, schema in schemas.items() if "travel_purpose" in schema.get("properties", {})}
    assert with_field == {"NewBooking", "StaffNewBooking", "StaffBooking"}


@pytest.mark.slow
@pytest.mark.long
def test_a_coded_noun_is_twelve_files(tmp_path: Path) -> None:
    checks = (
        "tests/unit/rooms/test_capability_words.py",
        "tests/architecture/test_shape.py",
        "tests/architecture/test_askers.py",
    )

    document = built(tmp_path, NOUN, at_most=12, checks=checks)

    collection = document["paths"]["/api/staff/hotels/{slug}/packages/"]
    package = document["paths"]["/api/staff/hotels/{slug}/packages/{code}/"]
    operations = [*collection.values(), *package.values()]
    assert (set(collection), set(package)) == ({"get", "post"}, {"get", "patch", "delete"})
    assert [operation["x-permissions"] for operation in operations] == [["can_manage_settings"]] * 5
    assert ["PACKAGE_NOT_FOUND" in str(operation["responses"]["404"]) for operation in package.values()] == [True] * 3
    assert document["components"]["schemas"]["PackageDefinition"]["examples"][0]["code"] == "ROMANCE"
