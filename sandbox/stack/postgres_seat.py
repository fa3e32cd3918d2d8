"""Where a private PostgreSQL keeps its data, and as whom it runs: never root, and somewhere that user can reach."""

import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "nobody"
SHARED_PLACE = Path("/var/tmp")  # noqa: S108 - only random names are made in it


@dataclass(frozen=True)
class Seat:
    """`home` holds the data. `user` and `group` are None when PostgreSQL runs as whoever started it."""

    home: Path
    user: int | None
    group: int | None
    aside: bool

    def owns(self, path: Path) -> Path:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)
        return path


def take_seat(directory: Path) -> Seat:
    """The directory itself; for root, where strangers may not walk in, a place that the link `home` in it leads to."""
    if os.geteuid() != 0:
        return Seat(directory, None, None, aside=False)
    who = pwd.getpwnam(UNPRIVILEGED)
    if within_reach(directory):
        return Seat(directory, who.pw_uid, who.pw_gid, aside=False)
    return Seat(_aside(directory / "home"), who.pw_uid, who.pw_gid, aside=True)


def within_reach(path: Path) -> bool:
    """Any user may walk to the path."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.resolve().parents))


def _aside(link: Path) -> Path:
    if link.is_symlink() and not link.exists():
        link.unlink()
    if not link.is_symlink():
        place = SHARED_PLACE if SHARED_PLACE.is_dir() else Path(tempfile.gettempdir())
        made = Path(tempfile.mkdtemp(prefix="hotelmate-postgres-", dir=place))
        made.chmod(0o711)
        link.symlink_to(made)
    return link.resolve()
