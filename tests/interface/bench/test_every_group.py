"""Each row of the benchmark is measured: with little stored, and no figure of use."""

import subprocess
import sys

import pytest

from tests.bench.figures import FIGURES

SMALL = ("--hotels", "3", "--rounds", "1", "--stays", "8", "--stored", "2000", "--settle", "0.5")
LAST_ROW = "measuring relay:"

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def test_every_group_is_measured() -> None:
    committed = FIGURES.read_text()

    bench = subprocess.run([sys.executable, "-m", "tests.bench", *SMALL], capture_output=True, text=True, check=False)

    assert bench.returncode == 0, bench.stdout[-5000:] + bench.stderr[-5000:]
    assert LAST_ROW in bench.stdout
    assert FIGURES.read_text() == committed
