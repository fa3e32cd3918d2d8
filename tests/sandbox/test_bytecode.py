"""The bytecode of the stack's processes: kept in the run directory where nothing may be written beside the sources."""

import py_compile
from pathlib import Path

import pytest

from sandbox.stack.bytecode import with_bytecode

FORBIDDING = {"PYTHONDONTWRITEBYTECODE": "1", "PATH": "/bin"}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "installed_package.py"
    made.write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return made


def test_processes_keep_bytecode_in_the_directory_where_the_environment_forbids_it_elsewhere(source: Path) -> None:
    def environment(given: dict[str, str]) -> dict[str, str]:
        return with_bytecode(given, Path("/run/bytecode"), package=source.stem)

    chosen = FORBIDDING | {"PYTHONPYCACHEPREFIX": "/elsewhere"}
    assert environment(FORBIDDING) == {"PATH": "/bin", "PYTHONPYCACHEPREFIX": "/run/bytecode"}
    assert environment({"PATH": "/bin"}) == {"PATH": "/bin"}
    assert environment(chosen) == chosen


def test_an_environment_with_compiled_packages_stays_as_it_is(source: Path) -> None:
    py_compile.compile(str(source))

    assert with_bytecode(FORBIDDING, Path("/run/bytecode"), package=source.stem) == FORBIDDING
