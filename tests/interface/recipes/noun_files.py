"""The new files of the recipe of a coded noun: the contract, the pure functions, the store and the test."""

CONTRACT = '''"""Packages of a hotel. In a change, None leaves a field as it is; `clear` names the fields to empty."""

from contracts.data import Data
from contracts.message import Command, Nothing, Query
from contracts.values import Money, Page


class PackageDefinition(Data):
    """A package: a price for extras under a code."""

    code: str
    name: str
    price: Money


class Packages(Data):
    """A page of a hotel's packages, by code."""

    count: int
    results: tuple[PackageDefinition, ...]


class ListPackages(Query[Packages]):
    """A hotel's packages; `search` matches code and name."""

    hotel: str
    search: str = ""
    page: Page = Page()


class GetPackage(Query[PackageDefinition]):
    """One package, by its code in any case; refused `PACKAGE_NOT_FOUND`."""

    hotel: str
    code: str


class AddPackage(Command[PackageDefinition]):
    """Add a package; refused `PACKAGE_EXISTS`. The price is in major units."""

    hotel: str
    code: str
    name: str
    price: str


class ChangePackage(Command[PackageDefinition]):
    """Change a package; refused `PACKAGE_NOT_FOUND`."""

    hotel: str
    code: str
    name: str | None = None
    price: str | None = None
    clear: tuple[str, ...] = ()


class RemovePackage(Command[Nothing]):
    """Remove a package; refused `PACKAGE_NOT_FOUND`."""

    hotel: str
    code: str
'''

DOMAIN = '''"""Packages as staff define them."""

import re
from collections.abc import Iterator

from contracts.rooms.packages import AddPackage, ChangePackage, PackageDefinition
from contracts.values import Money
from services.rooms.domain.amounts import amount
from services.rooms.domain.definitions import amended
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.validation import check, invalid

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


def drafted(command: AddPackage, hotel: Hotel) -> PackageDefinition:
    """The package that the command adds, with its code in capitals. Refused `VALIDATION_ERROR` for its price."""
    return PackageDefinition(code=command.code.upper(), name=command.name, price=_price(command.price, hotel))


def changed(current: PackageDefinition, command: ChangePackage, hotel: Hotel) -> PackageDefinition:
    """The package after the command. Refused `VALIDATION_ERROR` for its price."""
    price = {} if command.price is None else {"price": _price(command.price, hotel)}
    return amended(current, command, clear=command.clear, converted=price)


def checked(package: PackageDefinition) -> PackageDefinition:
    """The package itself; refused `VALIDATION_ERROR`."""
    check(_problems(package))
    return package


def _problems(package: PackageDefinition) -> Iterator[tuple[str, str]]:
    if not CODE.fullmatch(package.code):
        yield "code", "must be up to 40 letters, digits, dashes or underscores"
    if not package.name.strip():
        yield "name", "must not be empty"


def _price(text: str, hotel: Hotel) -> Money:
    try:
        return amount(text, hotel.currency)
    except ValueError as error:
        raise invalid("price", f"is not an amount in {hotel.currency}") from error
'''

STORE = '''"""Packages of a hotel, by code."""

from typing import Any

import sqlalchemy as sa

from contracts.rooms.packages import PackageDefinition
from contracts.values import Money, Page
from services.rooms.domain.hotels import Hotel
from services.rooms.store.base import RoomsStore, matches, typed_row

PACKAGE = """
SELECT p.code, p.name, p.price, h.currency FROM package p JOIN hotel h ON h.slug = p.hotel WHERE p.hotel = :hotel
"""
ONE = sa.text(f"{PACKAGE} AND p.code = upper(:code)")
FILTER = f"AND {matches('p.code', 'p.name')}"
LIST = sa.text(f"{PACKAGE} {FILTER} ORDER BY p.code LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) FROM package p WHERE p.hotel = :hotel {FILTER}")  # noqa: S608
PUT = sa.text("""
INSERT INTO package (hotel, code, name, price) VALUES (:hotel, :code, :name, :price)
ON CONFLICT (hotel, code) DO UPDATE SET name = excluded.name, price = excluded.price
""")
REMOVE = sa.text("DELETE FROM package WHERE hotel = :hotel AND code = :code")


class SqlPackages(RoomsStore):
    """The table `package`. The caller of a write has locked the hotel."""

    def get(self, hotel: Hotel, code: str) -> PackageDefinition | None:
        """One package, by code in any case."""
        return self._one(_definition_of, ONE, {"hotel": hotel.slug, "code": code})

    def page(self, hotel: Hotel, *, search: str, page: Page) -> tuple[int, list[PackageDefinition]]:
        """The number of packages that match, and those of the page."""
        params = {"hotel": hotel.slug, "search": search}
        return self._page(_definition_of, count=COUNT, rows=LIST, params=params, page=page)

    def put(self, hotel: Hotel, package: PackageDefinition) -> str:
        """Insert or replace a package; its code."""
        row = {"hotel": hotel.slug, "code": package.code, "name": package.name, "price": package.price.amount}
        self._connection.execute(PUT, row)
        return package.code

    def remove(self, hotel: Hotel, code: str) -> bool:
        """Delete a package; False: the hotel has no such package."""
        return self._connection.execute(REMOVE, {"hotel": hotel.slug, "code": code}).rowcount > 0


def _definition_of(row: Any) -> PackageDefinition:
    return typed_row(PackageDefinition, row, price=Money(row.price, row.currency))
'''

PERSISTENT = '''"""Packages on a real database."""

import pytest

from contracts.rooms.packages import AddPackage, ChangePackage, GetPackage, ListPackages, RemovePackage
from contracts.values import Permission
from tests.interface.rooms.catalogue_asks import manager
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, staff

ROMANCE = {"code": "romance", "name": "Romance", "price": "60.00"}


def test_a_package_is_added_listed_changed_and_removed(service: RoomsUnderTest) -> None:
    hotel, caller = service.hotel, manager(service)

    service.ask(AddPackage(hotel=hotel, **ROMANCE), caller=caller)
    service.ask(AddPackage(hotel=hotel, **ROMANCE | {"code": "GOLF", "name": "Golf"}), caller=caller)
    listed = service.ask(ListPackages(hotel=hotel), caller=caller)
    matching = service.ask(ListPackages(hotel=hotel, search="rom"), caller=caller)
    changed = service.ask(ChangePackage(hotel=hotel, code="Romance", price="75.00"), caller=caller)
    service.ask(RemovePackage(hotel=hotel, code="ROMANCE"), caller=caller)

    assert [package.code for package in listed.results] == ["GOLF", "ROMANCE"]
    assert (matching.count, matching.results[0].price.text) == (1, "60.00")
    assert (changed.code, changed.name, changed.price.text) == ("ROMANCE", "Romance", "75.00")
    assert service.refusal(GetPackage(hotel=hotel, code="ROMANCE")).code == "PACKAGE_NOT_FOUND"
    assert service.ask(GetPackage(hotel=hotel, code="golf")).name == "Golf"
    audit = service.rows("SELECT what FROM audit WHERE what LIKE 'Package%' ORDER BY sequence")
    assert [row.what for row in audit] == ["PackageAdded", "PackageAdded", "PackageChanged", "PackageRemoved"]


def test_packages_need_the_permission(service: RoomsUnderTest) -> None:
    clerk = staff(service, *(set(Permission) - {Permission.MANAGE_SETTINGS}))
    hotel = service.hotel
    service.ask(AddPackage(hotel=hotel, **ROMANCE))
    asks = [
        ListPackages(hotel=hotel),
        GetPackage(hotel=hotel, code="ROMANCE"),
        AddPackage(hotel=hotel, **ROMANCE | {"code": "GOLF"}),
        ChangePackage(hotel=hotel, code="ROMANCE", name="Other"),
        RemovePackage(hotel=hotel, code="ROMANCE"),
    ]

    assert [service.refusal(ask, caller=clerk).code for ask in asks] == ["PERMISSION_DENIED"] * 5
    assert service.ask(ListPackages(hotel=hotel)).count == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"code": "no spaces"}, "VALIDATION_ERROR"),
        ({"name": " "}, "VALIDATION_ERROR"),
        ({"price": "1.005"}, "VALIDATION_ERROR"),
        ({"code": "Romance"}, "PACKAGE_EXISTS"),
    ],
)
def test_an_invalid_or_existing_package_is_refused(service: RoomsUnderTest, values: dict[str, str], code: str) -> None:
    service.ask(AddPackage(hotel=service.hotel, **ROMANCE))

    assert service.refusal(AddPackage(hotel=service.hotel, **ROMANCE | {"code": "NEW"} | values)).code == code
'''
