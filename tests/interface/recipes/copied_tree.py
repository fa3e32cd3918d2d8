"""A copy of the tree in which a recipe of CONTRIBUTING.md is followed, and the programs that run there."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("contracts", "chassis", "services", "gateway", "sandbox", "hotelmate", "docs", "tests")
UNUSED = shutil.ignore_patterns("__pycache__", "pictures", "approved", "node_modules")
END = ""
MIGRATION = re.compile(r"\d{4}_(?=\w+\.py$)")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A recipe and how the test follows it.

    `edits` are by file: each is an anchor, which the file contains once (`END`: the end of the file), and the text to
    insert behind the anchor. `files` are new files and `tests` new tests, as text. `migration` is a service, the name
    of its new migration and the SQL statement.
    """

    heading: str
    edits: dict[str, tuple[tuple[str, str], ...]]
    migration: tuple[str, str, str]
    tests: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)


def rows(heading: str) -> list[tuple[str, str]]:
    """The rows of the first table below that heading of CONTRIBUTING.md: a file, and the other cells as text."""
    _, _, section = (ROOT / "CONTRIBUTING.md").read_text().partition(f"\n### {heading}\n")
    table, _, _ = section[section.index("\n|") + 1 :].partition("\n\n")
    return re.findall(r"^\| `([^`]+)`(.*)$", table, flags=re.MULTILINE)


def listed(heading: str) -> set[str]:
    """The files in that table."""
    return {name for name, _ in rows(heading)}


@dataclass(frozen=True)
class CopiedTree:
    """The copy at `folder`."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "CopiedTree":
        """Copy the tree, without the tests' approved surface and the pictures."""
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=UNUSED)
        shutil.copy(ROOT / "pyproject.toml", folder)
        return cls(folder)

    def follow(self, recipe: Recipe) -> set[str]:
        """Edit the copy by hand as the recipe says; the files that differ from the original, without tests."""
        for name, insertions in recipe.edits.items():
            text = (self.folder / name).read_text()
            for anchor, addition in insertions:
                text = _inserted(text, anchor, addition, name=name)
            (self.folder / name).write_text(text)
        for name, text in recipe.files.items():
            (self.folder / name).write_text(text)
        self._add_migration(*recipe.migration)
        differing = self._differing()
        for name, text in recipe.tests.items():
            (self.folder / name).write_text(text)
        return differing

    def run(self, *arguments: str) -> str:
        """Run Python in the copy; what the program prints."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _add_migration(self, service: str, name: str, statement: str) -> None:
        versions = self.folder / "services" / service / "migrations" / "versions"
        last = max(path.name for path in versions.glob("[0-9]*.py"))[:4]
        number = f"{int(last) + 1:04}"
        (versions / f"{number}_{name}.py").write_text(_migration(number, last, statement))

    def _differing(self) -> set[str]:
        """The files that the original has not, or has with another text; a migration's number is `NNNN`."""
        paths = [path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file()]
        return {MIGRATION.sub("NNNN_", str(path)) for path in paths if _text(self.folder / path) != _text(ROOT / path)}


def _inserted(text: str, anchor: str, addition: str, *, name: str) -> str:
    if anchor == END:
        return text + addition
    assert text.count(anchor) == 1, f"{name} has {text.count(anchor)} times {anchor!r}"
    return text.replace(anchor, anchor + addition)


def _migration(number: str, last: str, statement: str) -> str:
    return (
        '"""Follows a recipe."""\n\nfrom alembic import op\n\n'
        f'revision = "{number}"\ndown_revision = "{last}"\n\n\n'
        f'def upgrade() -> None:\n    op.execute("""{statement}""")\n'
    )


def _text(path: Path) -> Any:
    return path.read_bytes() if path.exists() else None
