"""The recipe of a coded noun: packages, with a code, a name and a price."""

from tests.interface.recipes.copied_tree import END, Recipe
from tests.interface.recipes.noun_files import CONTRACT, DOMAIN, PERSISTENT, STORE

IMPORTS_CONTRACT = "from contracts.rooms.packages import *  # noqa: F403\n"

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
        handles(rooms.ListPackages, PACKAGES.list),
        handles(rooms.GetPackage, PACKAGES.get),
        handles(rooms.AddPackage, PACKAGES.add),
        handles(rooms.ChangePackage, PACKAGES.update),
        handles(rooms.RemovePackage, PACKAGES.remove),
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

PACKAGE = view(rooms.PackageDefinition)
UNKNOWN_PACKAGE = ("PACKAGE_NOT_FOUND",)
packages = Routes("terms", audience=Audience.STAFF, under=HOTEL + "/packages")


@packages.get("/", response=page_of(rooms.PackageDefinition), needs=MANAGE)
async def list_packages(request: ApiRequest, filters: Annotated[requests.Search, Query()]) -> Response:
    """List packages."""
    query = rooms.ListPackages(hotel=request.hotel, search=filters.search.strip(), page=filters.slice)
    return await request.answer_page(query, filters)


@packages.post("/", response=PACKAGE, status=201, needs=MANAGE, refuses=("PACKAGE_EXISTS",))
async def add_package(request: ApiRequest, body: requests.NewPackage) -> Response:
    """Create a package."""
    return await request.answer(rooms.AddPackage(hotel=request.hotel, **body.model_dump()))


@packages.get("/{code}/", response=PACKAGE, needs=MANAGE, refuses=UNKNOWN_PACKAGE)
async def get_package(request: ApiRequest) -> Response:
    """Retrieve a package."""
    return await request.answer(rooms.GetPackage(hotel=request.hotel, code=request.code))


@packages.patch("/{code}/", response=PACKAGE, needs=MANAGE, refuses=UNKNOWN_PACKAGE)
async def change_package(request: ApiRequest, body: requests.PackageChanges) -> Response:
    """Update a package."""
    command = rooms.ChangePackage(hotel=request.hotel, code=request.code, clear=body.cleared, **body.values)
    return await request.answer(command)


@packages.delete("/{code}/", needs=MANAGE, refuses=UNKNOWN_PACKAGE)
async def remove_package(request: ApiRequest) -> Response:
    """Delete a package."""
    await request.ask(rooms.RemovePackage(hotel=request.hotel, code=request.code))
    return Response(status_code=204)
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
        "contracts/rooms/__init__.py": (("from contracts.rooms.occupancy import *  # noqa: F403\n", IMPORTS_CONTRACT),),
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
            ("        handles(rooms.RemovePolicy, POLICIES.remove),\n", HANDLES),
        ),
        "gateway/api/catalogue/requests.py": ((END, REQUESTS),),
        "gateway/api/catalogue/routes.py": ((END, ROUTES),),
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
