"""Where a run keeps its things: private directories, private files and secrets that outlive a restart."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def run_directory(path: Path) -> Path:
    """Make a directory nobody else can list. Root's may be walked through, as its PostgreSQL runs as another user."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return path.resolve()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; a reader sees the old text or the new, never half of it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as partial:
        partial.write(text)
    Path(name).replace(path)


class Secrets:
    """Named random values in one private JSON file: made once, the same after every restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def get(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._values:
            self._values[name] = make()
            write_private(self._path, json.dumps(self._values, indent=2) + "\n")
        return self._values[name]


@contextmanager
def temporary_run(prefix: str = "hotelmate-") -> Iterator[Path]:
    """A run directory that vanishes afterwards. Unlike pytest's own, root's PostgreSQL can reach it."""
    path = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield run_directory(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)
