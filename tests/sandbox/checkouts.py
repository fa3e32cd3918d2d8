"""Copies of this checkout in awkward places, and commands that an ordinary user or root runs there."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from sandbox.stack.orphans import register
from sandbox.stack.stack_config import ROOT

# An account that every system has; another one than root's PostgreSQL runs as.
ORDINARY = "daemon"
CLOSED, OPEN = 0o700, 0o755
ROOM = 2 * 1024**3
HOMELESS = "/nonexistent/home"
# How to reach a package index is this machine's matter, everything else in the environment is the test's.
PASSED_ON = ("PATH", "PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "http", "no_proxy")


@dataclass(frozen=True, kw_only=True)
class Where:
    """The place of a copy, and the user and environment of its commands. `mode` is the mode of the parent directory."""

    name: str
    root: bool = False
    mode: int = OPEN
    folder: str = "checkout"
    through_link: bool = False
    home: Literal["own", "read-only", "missing"] = "own"
    umask: int = 0o022
    environment: Mapping[str, str] = field(default_factory=dict)


FOREIGN_SETTINGS = {
    "PGHOST": "db.example",
    "PGSSLMODE": "require",
    "PGUSER": "someone",
    "RABBITMQ_NODENAME": "someone@elsewhere",
    "RABBITMQ_NODE_PORT": "1",
    "RABBITMQ_CONFIG_FILE": "/nonexistent/rabbitmq.conf",
    "LC_ALL": "xx_XX.ISO-8859-9",
    "TMPDIR": "/nonexistent/tmp",
}
EVERYWHERE = (
    Where(name="root, open directory", root=True),
    Where(name="root, closed directory", root=True, mode=CLOSED),
    Where(name="root, umask 077", root=True, umask=0o077),
    Where(name="user, open directory"),
    Where(name="user, closed directory", mode=CLOSED),
    Where(name="user, umask 077", umask=0o077),
    Where(name="user, path with spaces", folder="my hotel's project (宿 é)"),
    Where(name="user, long path", folder="/".join(["a-directory-with-a-rather-long-name"] * 5)),
    Where(name="user, path through a link", through_link=True),
    Where(name="user, read-only home", home="read-only"),
    Where(name="user, no home", home="missing"),
    Where(name="user, settings for other servers", environment=FOREIGN_SETTINGS),
)


class Checkout:
    """Made by `checkout_in`. `path` is the way that commands take to it."""

    def __init__(self, where: Where, around: Path, account: pwd.struct_passwd | None) -> None:
        self.where = where
        self._user = account.pw_uid if account else None
        self._group = account.pw_gid if account else None
        self._around = around
        self._downloads: Path | None = None
        self._place = around / "place" / where.folder
        self._home = around / "home"
        self._make(around / "place", where.mode)
        self._make(self._home, 0o555 if where.home == "read-only" else 0o700, own=where.home != "read-only")
        self._place.mkdir(parents=True)
        self.path = self._place
        if where.through_link:
            self.path = around / "link"
            self.path.symlink_to(self._place)

    def add_tracked_files(self) -> None:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listed.split("\0")):
            target = self._place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        self._hand_over()

    def share_downloads(self, directory: Path) -> None:
        """Let uv keep what it downloads there, in a part of this user's. Without a home there is no such thing."""
        if self.where.home == "own":
            self._downloads = directory / ("root" if self.where.root else "user")
            if not self._downloads.exists():
                self._make(self._downloads, CLOSED)

    def add_packages(self, *packages: str) -> None:
        """The sandbox, the chassis, and of the virtual environment only these packages."""
        site = Path(sysconfig.get_path("purelib"))
        installed = [each for name in packages for each in site.glob(f"{name}*")]
        for source in (ROOT / "sandbox", ROOT / "chassis", *installed):
            if source.is_dir():
                shutil.copytree(source, self._place / source.name, symlinks=True, ignore=_left_out)
            else:
                shutil.copy2(source, self._place)
        self._hand_over()

    def run(self, argv: Sequence[str], *, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy; `stdout` has its output and its errors."""
        with self.started(argv) as process:
            output, _ = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(argv, process.returncode, output)

    @contextmanager
    def started(self, argv: Sequence[str]) -> "Iterator[subprocess.Popen[str]]":
        """A command that runs in the copy, in a process group of its own, which is ended afterwards if need be."""
        process = subprocess.Popen(
            argv, cwd=self.path, env=self.environment, umask=self.where.umask, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            user=self._user, group=self._group, extra_groups=None if self._user is None else [],
        )  # fmt: skip
        register(process.pid)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=60)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()

    @property
    def environment(self) -> dict[str, str]:
        passed_on = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        home = HOMELESS if self.where.home == "missing" else str(self._home)
        downloads = {"UV_CACHE_DIR": str(self._downloads)} if self._downloads else {}
        return passed_on | downloads | {"HOME": home, "PWD": str(self.path)} | dict(self.where.environment)

    def python(self) -> str:
        """An interpreter of the same version that the user can run; skips the test where there is none."""
        name = f"python3.{sys.version_info.minor}"
        base = getattr(sys, "_base_executable", sys.executable)
        for candidate in (base, *(str(Path(each) / name) for each in os.environ["PATH"].split(os.pathsep))):
            with suppress(OSError):
                tried = subprocess.run(
                    [candidate, "-c", ""], cwd="/", user=self._user, group=self._group, check=False, capture_output=True
                )
                if tried.returncode == 0:
                    return str(candidate)
        pytest.skip(f"no {name} that {ORDINARY} can run")

    def _make(self, directory: Path, mode: int, *, own: bool = True) -> None:
        directory.mkdir()
        directory.chmod(mode)
        if own:
            self._give(directory)

    def _hand_over(self) -> None:
        """Give the copy to the user, with the rights that files made under the umask have."""
        for parent, _, files in os.walk(self._around / "place" / Path(self.where.folder).parts[0]):
            for path in (Path(parent), *(Path(parent, name) for name in files)):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode & 0o777 & ~self.where.umask)
                self._give(path)

    def _give(self, path: Path) -> None:
        if self._user is not None and self._group is not None:
            os.chown(path, self._user, self._group, follow_symlinks=False)


def _memory() -> Path | None:
    """A directory in memory where programs may be run, if there is one."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return memory if shutil.disk_usage(memory).free > ROOM else None
    return None


def _left_out(directory: str, names: list[str]) -> set[str]:
    """Files that no node runs; a copy without them takes a fraction of a second."""
    if Path(directory).name == "bin":
        return set(names) - {"initdb", "postgres"}
    return {name for name in names if name in {"__pycache__", "include", "doc", "pgxs"} or name.endswith(".a")}


@contextmanager
def checkout_in(where: Where) -> Iterator[Checkout]:
    """An empty directory as the place asks for, with a user for it; removed afterwards. Skips where that takes root."""
    account = None
    if os.geteuid() != 0 and where.root:
        pytest.skip("only root can run a command as root")
    if os.geteuid() == 0 and not where.root:
        account = pwd.getpwnam(ORDINARY)
    around = Path(tempfile.mkdtemp(prefix="hotelmate-first-", dir=_memory()))
    try:
        around.chmod(OPEN)
        yield Checkout(where, around, account)
    finally:
        shutil.rmtree(around, ignore_errors=True)
