"""A test that lasts until its run is ended from outside. Only `test_orphans.py` names this file."""

import os
import time
from pathlib import Path

from sandbox.stack.postgres import PostgresNode


def test_that_lasts(postgres: PostgresNode) -> None:
    Path(os.environ["LASTING_RUN"]).write_text(f"{postgres.pid}", "utf-8")

    time.sleep(600)
