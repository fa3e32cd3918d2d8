"""Chooses the user that runs a private PostgreSQL (never root), and a data directory that this user can reach."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox.stack.data_aside import aside
from sandbox.stack.postgres_copy import programs_for
from sandbox.stack.postgres_programs import PostgresPrograms

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class PostgresDirectory:
    """The data directory `home`, and the user of PostgreSQL. `user` is None if that is the user of this process."""

    home: Path
    user: int | None
    group: int | None

    def owns(self, path: Path) -> Path:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)
        return path

    def programs(self, programs: PostgresPrograms) -> PostgresPrograms:
        """`programs`, or others that the user can run. Raises RuntimeError where the user can run none."""
        if self.user is None or self.group is None:
            return programs
        return programs_for(self.user, self.group, programs)


def choose_directory(directory: Path) -> PostgresDirectory:
    """Choose user and data directory. For root, the user is `nobody`.

    The data are in `directory`; where `nobody` cannot enter it, `directory/home` is a link to a directory elsewhere.
    """
    if os.geteuid() != 0:
        _insist_on_a_name(os.geteuid())
        return PostgresDirectory(directory, None, None)
    try:
        account = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise RuntimeError(
            f"PostgreSQL refuses to run as root, and there is no user {UNPRIVILEGED} to run it as."
            " Run this as another user, or set DATABASE_URL."
        ) from None
    user, group = account.pw_uid, account.pw_gid
    if _may_enter(directory, user, group):
        return PostgresDirectory(directory, user, group)
    home = aside(directory, "hotelmate-postgres-")
    home.chmod(0o711)
    return PostgresDirectory(home, user, group)


def _insist_on_a_name(user: int) -> None:
    try:
        pwd.getpwuid(user)
    except KeyError:
        raise RuntimeError(
            f"PostgreSQL runs only as a user who has a name, and this machine knows none for user {user}."
            " Add one to /etc/passwd, run this as another user, or set DATABASE_URL."
        ) from None


def _may_enter(directory: Path, user: int, group: int) -> bool:
    """Whether the user may enter the directory and every directory above it."""
    test = subprocess.run(["test", "-x", directory], cwd="/", user=user, group=group, extra_groups=[], check=False)  # noqa: S603, S607
    return test.returncode == 0
