"""Every import rule holds, and every import rule can fail: each is broken once in a copy."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("contracts", "chassis", "services", "gateway", "sandbox", "hotelmate")

# The rule, the file that breaks it in the copy, and the line that does.
BREAKS = {
    "contracts-import-nothing": ("contracts/values.py", "import msgspec"),
    "services-are-strangers": ("services/rooms/work.py", "import services.bookings.lifecycle"),
    "chassis-knows-no-hotel": ("chassis/transactions/work.py", "import services.rooms.lifecycle"),
    "chassis-in-layers": ("chassis/codec.py", "import chassis.service"),
    "product-knows-no-sandbox": ("hotelmate/main.py", "import sandbox.sockets"),
    "nobody-needs-the-command-line": ("gateway/app.py", "import hotelmate.main"),
    "gateway-and-services": ("gateway/settings.py", "import services.bookings.lifecycle"),
    "services-and-gateway": ("services/rooms/settings.py", "import gateway.settings"),
    "command-line-asks": ("hotelmate/explain.py", "import services.rooms.lifecycle"),
    "decisions-do-no-io": ("services/rooms/lifecycle.py", "import sqlalchemy"),
    "only-stores-speak-sql": ("services/rooms/service.py", "import sqlalchemy"),
    "one-module-knows-psycopg2": ("services/rooms/store/nights.py", "import psycopg2"),
    "only-the-edge-knows-nameko": ("services/payments/work.py", "import nameko"),
    "only-notifier-pushes": ("services/payments/settings.py", "import pusher"),
    "service-layers": ("services/rooms/domain/stays.py", "import services.rooms.work"),
    "handlers-are-strangers": ("services/rooms/handlers/menu.py", "import services.rooms.handlers.rates"),
    "store-through-work": ("services/rooms/steps/offers.py", "import services.rooms.store.nights"),
    "only-payments-knows-stripe": ("services/notifier/settings.py", "import stripe"),
    "only-the-exact-solver-knows-ortools": ("services/rooms/exact_plan/client.py", "import ortools"),
    "gateway-layers": ("gateway/http/fields.py", "import gateway.api.routes"),
    "gateway-nouns": ("gateway/api/rooms/routes.py", "import gateway.api.hotels.routes"),
}


def rules() -> dict[str, str]:
    """Every rule's name by its id."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    prefix = "importlinter:contract:"
    return {name.removeprefix(prefix): parser[name]["name"] for name in parser.sections() if name.startswith(prefix)}


def lint(folder: Path) -> tuple[int, str]:
    """The exit code and the output of the linter on the tree in this folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={"COLUMNS": "400"})
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The output of the linter on a copy in which every rule is broken once."""
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(ROOT / ".importlinter", copy)
    for path, line in BREAKS.values():
        with (copy / path).open("a") as file:
            file.write(f"\n{line}\n")
    code, said = lint(copy)
    assert code != 0, said
    return said


def test_every_import_rule_holds() -> None:
    code, said = lint(ROOT)

    assert code == 0, said


def test_every_import_rule_has_a_planted_violation() -> None:
    assert set(BREAKS) == set(rules())


@pytest.mark.parametrize("rule", sorted(BREAKS))
def test_a_violated_import_rule_is_found(rule: str, broken: str) -> None:
    assert f"{rules()[rule]} BROKEN" in " ".join(broken.split())
