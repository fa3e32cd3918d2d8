"""Who asks whom: the table of the contracts says what the code does."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from chassis.messaging.topology import USERS
from contracts.askers import ASKS, EVERY_SERVICE, GATEWAY
from contracts.catalogue import OWNERS, asks
from contracts.message import Ask
from sandbox.stack.commands import BROKER_USERS
from tests.architecture.parsed import parsed

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {**{owner: f"services/{owner}" for owner in OWNERS}, "gateway": "gateway", "operator": "hotelmate"}
# What every service handles itself is imported by services to be handled, not to be asked.
HANDLED = {**{owner: {owner, EVERY_SERVICE} for owner in OWNERS}, GATEWAY: {GATEWAY}}


def test_the_table_of_askers_names_the_asks_that_the_code_of_each_asker_imports() -> None:
    imported = {
        f"{asker} asks {service} {name}"
        for asker, folder in FOLDERS.items()
        for service, names in asks_in(trees(ROOT / folder), handled=HANDLED.get(asker, set())).items()
        for name in names
    }
    table = {
        f"{asker} asks {service} {name}"
        for asker, row in ASKS.items()
        for service, names in row.items()
        for name in names
    }

    assert {"not in the table": imported - table, "asked by nobody": table - imported} == {
        "not in the table": set(),
        "asked by nobody": set(),
    }


def test_an_ask_that_is_not_in_the_table_is_noticed() -> None:
    source = "from contracts.rooms.hotels import GetHotel\nfrom contracts.rooms.holds import HoldInventory as Hold\n"

    assert asks_in([parsed(source)], handled=set()) == {"rooms": {"GetHotel", "HoldInventory"}}
    assert asks_in([parsed(source)], handled={"rooms"}) == {}


def test_no_module_asks_with_a_class_that_it_reaches_through_another_module() -> None:
    """The test above reads `from contracts… import …` only."""
    modules = [
        path for folder in FOLDERS.values() for path in (ROOT / folder).rglob("*.py") if imports_contracts_whole(path)
    ]

    assert modules == []


def test_the_users_of_the_broker_are_those_of_the_stack() -> None:
    assert set(USERS) == set(BROKER_USERS) == set(FOLDERS)


def trees(folder: Path) -> Iterator[ast.Module]:
    yield from (parsed(path.read_text("utf-8")) for path in folder.rglob("*.py"))


def asks_in(modules: Iterator[ast.Module] | list[ast.Module], *, handled: set[str]) -> Mapping[str, set[str]]:
    """The asks that these modules import, by the service that handles them."""
    classes: dict[tuple[str, str], type[Ask[object]]] = {(ask.__module__, ask.__name__): ask for ask in asks().values()}
    result: dict[str, set[str]] = {}
    for module in modules:
        for node in ast.walk(module):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    ask = classes.get((node.module or "", alias.name))
                    if ask is not None and ask.owner not in handled:
                        result.setdefault(ask.owner, set()).add(ask.__name__)
    return result


def imports_contracts_whole(path: Path) -> bool:
    nodes = list(ast.walk(parsed(path.read_text("utf-8"))))
    whole = any(
        alias.name.startswith("contracts") for node in nodes if isinstance(node, ast.Import) for alias in node.names
    )
    return whole or any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "") in {"contracts", *(f"contracts.{owner}" for owner in OWNERS)}
        for node in nodes
    )
