"""Data of private servers that cannot be in the run's directory: a link there points to a directory elsewhere."""

import shutil
import tempfile
from pathlib import Path

SHARED_PLACE = Path("/var/tmp")  # noqa: S108 - only random names are made in it
PREFIXES = ("hotelmate-postgres-", "hotelmate-rabbitmq-")
LINK = "home"


def aside(directory: Path, prefix: str) -> Path:
    """The directory elsewhere to which `directory/home` points, made where there is none; `prefix` is of `PREFIXES`."""
    link = directory / LINK
    if link.is_symlink() and not link.exists():
        link.unlink()
    if not link.is_symlink():
        place = SHARED_PLACE if SHARED_PLACE.is_dir() else Path(tempfile.gettempdir())
        link.symlink_to(tempfile.mkdtemp(prefix=prefix, dir=place))
    return link.resolve()


def remove_aside(home: Path) -> None:
    """Remove the data at this path, where they are aside; other directories stay."""
    if home.name.startswith(PREFIXES):
        shutil.rmtree(home, ignore_errors=True)


def vacate(directory: Path) -> None:
    """Remove the directory of a run, or of a server, and the data aside to which its links point."""
    for place in ("", "*/", "*/*/"):
        for link in directory.glob(f"{place}{LINK}"):
            if link.is_symlink():
                remove_aside(link.resolve())
    shutil.rmtree(directory, ignore_errors=True)
