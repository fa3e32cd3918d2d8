"""The private directories and files of a run, and the secrets that outlive a restart."""

import json
import os
import pwd
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.stack.data_aside import vacate


def run_directory(path: Path) -> Path:
    """Create a directory that only its owner can list; returns the resolved path.

    Other users may pass through root's directory, because root's PostgreSQL runs as another user.

    Raises RuntimeError where the directory belongs to another user.
    """
    path.mkdir(parents=True, exist_ok=True)
    refuse_another_users(path)
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return path.resolve()


def refuse_another_users(path: Path) -> None:
    """Raise RuntimeError where the path does not belong to the user of this process."""
    owner = path.stat().st_uid
    if owner != os.geteuid():
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"user {owner}"
        raise RuntimeError(f"{path} belongs to {name}. Run this as {name}, or have it removed first: `make clean`.")


def log_since(log: Path, start: int, *, lines: int) -> str:
    """The last `lines` lines of a log file, without the first `start` bytes of the file."""
    text = log.read_bytes()[start:].decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; the file is replaced atomically."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as partial:
            partial.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


class Secrets:
    """Named random values in one private JSON file; each is generated once and stays the same after a restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._values: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def get(self, name: str, make: Callable[[], str]) -> str:
        with self._lock:
            if name not in self._values:
                self._values[name] = make()
                write_private(self._path, json.dumps(self._values, indent=2) + "\n")
            return self._values[name]


@contextmanager
def temporary_run(prefix: str = "hotelmate-") -> Iterator[Path]:
    """A run directory for the block, removed at its end. Root's PostgreSQL can reach it, unlike pytest's."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield run_directory(path)
    finally:
        vacate(path)
