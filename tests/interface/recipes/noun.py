"""The recipe of a coded noun: packages, with a code, a name and a price."""

from tests.interface.recipes.copied_tree import END, Recipe
from tests.interface.recipes.noun_files import CONTRACT, DOMAIN, PERSISTENT, STORE

ASKS = "AddPackage, ChangePackage, GetPackage, ListPackages, RemovePackage"
IMPORTS_ASKS = f"from contracts.rooms.packages import {ASKS}\n"
IMPORTS_NOUN = """\
from contracts.rooms.packages import (
    AddPackage,
    ChangePackage,
    GetPackage,
    ListPackages,
    PackageDefinition,
    RemovePackage,
)
"""

PORT = "    packages = store(SqlPackages)\n"

ROW = """

PACKAGES = CodedNoun(
    port=lambda work: work.packages,
    page=Packages,
    not_found=("PACKAGE_NOT_FOUND", "The hotel has no such package."),
    exists=("PACKAGE_EXISTS", "There is a package {}."),
    added="PackageAdded",
    changed="PackageChanged",
    removed="PackageRemoved",
    draft=packages.drafted,
    change=packages.changed,
    check=lambda _, __, package: packages.checked(package),
)
"""

HANDLES = """\
        handles(ListPackages, PACKAGES.list),
        handles(GetPackage, PACKAGES.get),
        handles(AddPackage, PACKAGES.add),
        handles(ChangePackage, PACKAGES.update),
        handles(RemovePackage, PACKAGES.remove),
"""

REQUESTS = '''

class NewPackage(Body):
    """A package: a price for extras under a code."""

    code: Code = Field(examples=["ROMANCE"])
    name: Name = Field(examples=["Romance"])
    price: Amount = Field(examples=["60.00"])


class PackageChanges(Changes):
    """Fields to change."""

    name: Name | None = None
    price: Amount | None = Field(None, examples=["60.00"])
'''

ROUTES = '''

UNKNOWN_PACKAGE = ("PACKAGE_NOT_FOUND",)
packages = staff_routes("terms", "/packages", response=view(PackageDefinition), needs=MANAGE)


@packages.get("/", response=page_of(PackageDefinition))
async def list_packages(request: ApiRequest, filters: FromQuery[requests.Search]) -> Response:
    """List packages."""
    return await request.answer_page(request.for_path(ListPackages, **filters.values), filters)


@packages.post("/", status=201, refuses=("PACKAGE_EXISTS",))
async def add_package(request: ApiRequest, body: requests.NewPackage) -> Response:
    """Create a package."""
    return await request.answer(request.for_path(AddPackage, **body.model_dump()))


@packages.get("/{code}/", refuses=UNKNOWN_PACKAGE)
async def get_package(request: ApiRequest) -> Response:
    """Retrieve a package."""
    return await request.answer(request.for_path(GetPackage))


@packages.patch("/{code}/", refuses=UNKNOWN_PACKAGE)
async def change_package(request: ApiRequest, body: requests.PackageChanges) -> Response:
    """Update a package."""
    return await request.answer(request.for_path(ChangePackage, **body.changes))


@packages.delete("/{code}/", refuses=UNKNOWN_PACKAGE)
async def remove_package(request: ApiRequest) -> Response:
    """Delete a package."""
    return await request.answer(request.for_path(RemovePackage))
'''

EXAMPLE = '    "PackageDefinition": {"code": "ROMANCE", "name": "Romance", "price": "60.00"},\n'

TABLE = """
CREATE TABLE package (
    hotel text NOT NULL REFERENCES hotel,
    code text NOT NULL CHECK (code = upper(code)),
    name text NOT NULL,
    price bigint NOT NULL CHECK (price >= 0),
    PRIMARY KEY (hotel, code)
)
"""

NOUN = Recipe(
    heading="A coded noun",
    edits={
        "contracts/askers.py": (
            (
                '            "StartTask", "UnblockRoom", "WriteRates",\n',
                '            "AddPackage", "ChangePackage", "GetPackage", "ListPackages", "RemovePackage",\n',
            ),
        ),
        "services/rooms/migrations/grants.py": (('    "promotion": ALL,\n', '    "package": ALL,\n'),),
        "services/rooms/work.py": (
            (
                "from services.rooms.store.offers import SqlOffers\n",
                "from services.rooms.store.packages import SqlPackages\n",
            ),
            ("    offers = store(SqlOffers)\n", PORT),
        ),
        "services/rooms/handlers/nouns.py": (
            ("from contracts.rooms.menu import MenuChanged\n", "from contracts.rooms.packages import Packages\n"),
            ("from services.rooms.domain import menu, ", "packages, "),
            (END, ROW),
        ),
        "services/rooms/service.py": (
            ("from services.rooms.handlers.nouns import MENU_ITEMS, ", "PACKAGES, "),
            ("        handles(RemovePolicy, POLICIES.remove),\n", HANDLES),
            ("from contracts.rooms.occupancy import ClearRoom, MoveIn, MoveOut, TakeCensus\n", IMPORTS_ASKS),
        ),
        "gateway/api/catalogue/requests.py": ((END, REQUESTS),),
        "gateway/api/catalogue/routes.py": (("from contracts.message import Ask\n", IMPORTS_NOUN), (END, ROUTES)),
        "gateway/openapi/examples.py": (('"price": "4.50", "id": 7},\n', EXAMPLE),),
    },
    files={
        "contracts/rooms/packages.py": CONTRACT,
        "services/rooms/domain/packages.py": DOMAIN,
        "services/rooms/store/packages.py": STORE,
    },
    migration=("rooms", "packages", TABLE),
    tests={"tests/interface/rooms/test_packages.py": PERSISTENT},
)
