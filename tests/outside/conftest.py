"""Tools of others, installed from their registry into a folder that git does not see."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STRIPE = HERE / "node_modules" / ".bin" / "stripe"


@pytest.fixture(scope="session")
def stripe_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stripe's own command line, of the version that `package-lock.json` names."""
    if not STRIPE.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed, and Stripe's command line comes from it")
        command = [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        if not os.access(Path.home(), os.W_OK):
            command += ["--cache", str(tmp_path_factory.mktemp("npm"))]
        try:
            made = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=90)
        except subprocess.TimeoutExpired:
            pytest.skip("npm's registry does not answer")
        if made.returncode:
            pytest.skip(f"npm could not install Stripe's command line: {made.stderr.strip()[-300:]}")
    if subprocess.run([STRIPE, "version"], capture_output=True, check=False).returncode:
        pytest.skip("Stripe's command line does not run on this machine")
    return STRIPE
