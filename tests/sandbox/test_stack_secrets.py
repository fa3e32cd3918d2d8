"""The secrets of a run: drawn once, and the same for all who ask at the same time and after a restart."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.stack.run_directory import Secrets


def slowly_drawn() -> str:
    time.sleep(0.01)
    return secrets.token_hex(8)


def test_nodes_that_start_at_once_share_a_secret(tmp_path: Path) -> None:
    shared = Secrets(tmp_path / "secrets.json")

    with ThreadPoolExecutor(3) as nodes:
        answers = set(nodes.map(lambda _: shared.get("cookie", slowly_drawn), range(3)))

    assert len(answers) == 1
    assert Secrets(tmp_path / "secrets.json").get("cookie", slowly_drawn) in answers
