"""Every deployable runs with what its image holds: the packages of its lock, the folders that its recipe copies."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from contracts.catalogue import OWNERS

ROOT = Path(__file__).resolve().parents[2]
TARGETS = dict.fromkeys(OWNERS, "service") | {
    "relay": "relay",
    "gateway": "gateway",
    "cli": "cli",
    "sandbox": "sandbox",
}
ENTRIES = {
    **{name: (f"services.{name}.service", f"services.{name}.examine") for name in OWNERS},
    "rooms": (
        "chassis.hosting.run",
        "services.rooms.service",
        "services.rooms.examine",
    ),  # the host is the same for all, and slow to start
    "relay": ("chassis.messaging.relay",),
    "gateway": ("gateway.__main__", "gateway.app"),
    "cli": ("hotelmate.main", *(f"services.{name}.examine" for name in OWNERS)),  # the latter for --direct
    "sandbox": ("sandbox.stripe.__main__", "sandbox.pusher.__main__", "sandbox.mailbox.__main__"),
    "migrate": ("chassis.transactions.migrate",),
}
# Ends with the names of the modules that are installed here and not in the image.
IMPORTING = """
import importlib, importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

sys.meta_path.insert(0, Absent())
for entry in ENTRIES:
    importlib.import_module(entry)
"""


def copied(target: str, deployable: str) -> list[str]:
    """The paths that the Dockerfile copies from the checkout into the image of that target."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    paths: list[str] = []
    while target:
        begins = re.search(rf"^FROM (\S+) AS {target}\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
        if begins is None:
            break
        paths += re.findall(r"^COPY (\S+) \1$", begins[2], re.MULTILINE)
        target = begins[1]
    return [path.replace("${DEPLOYABLE}", deployable) for path in paths]


def locked(deployable: str) -> set[str]:
    """The distributions that the image has."""
    text = (ROOT / "requirements" / f"{deployable}.txt").read_text("utf-8")
    return {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def absent(deployable: str) -> set[str]:
    """The top-level modules that are installed here and not there."""
    there = locked(deployable)
    normal = {
        module: {re.sub(r"[-_.]+", "-", name).lower() for name in names}
        for module, names in packages_distributions().items()
    }
    return {module for module, names in normal.items() if not names & there} - {"pip", "setuptools", "_distutils_hack"}


def imported(place: Path, deployable: str, target: str, *, without: str = "") -> subprocess.CompletedProcess[str]:
    """Import the deployable's entries as in its image, `without` one of the folders that it copies."""
    for path in copied(target, deployable):
        if path != without:
            there = place / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.symlink_to(ROOT / path)
    entries = ENTRIES["migrate" if target == "migrate" else deployable]
    program = f"ABSENT = {absent(deployable)!r}\nENTRIES = {entries!r}\n{IMPORTING}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-W", "ignore", "-c", program]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("deployable", "target"), [*TARGETS.items(), ("bookings", "migrate")], ids=[*TARGETS, "migrate"]
)
def test_a_deployable_finds_all_that_it_imports_in_its_image(deployable: str, target: str, tmp_path: Path) -> None:
    done = imported(tmp_path, deployable, target)

    assert done.returncode == 0, done.stderr.splitlines()[-3:]


def test_without_the_services_folders_the_command_line_has_no_direct_examination(tmp_path: Path) -> None:
    done = imported(tmp_path, "cli", "cli", without="services")

    assert "No module named 'services'" in done.stderr


def test_an_import_of_an_unlocked_package_is_found(tmp_path: Path) -> None:
    (tmp_path / "greedy.py").write_text("import stripe\n")
    program = f"ABSENT = {absent('rooms')!r}\nENTRIES = ('greedy',)\n{IMPORTING}"

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "stripe is not in the image" in done.stderr
