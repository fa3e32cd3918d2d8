"""A test run that was killed leaves no database in memory for good."""

import os
import subprocess
import sys
from pathlib import Path

from tests.fakes.memory import PREFIX, YOUNG, directory_in_memory

ROOT = Path(__file__).resolve().parents[2]
OTHER_RUN = """
import sys, time
from pathlib import Path
from tests.fakes.memory import directory_in_memory
print(directory_in_memory(Path(sys.argv[1]), room=0), flush=True)
time.sleep(60)
"""


def aged(place: Path) -> None:
    long_ago = place.stat().st_mtime - 2 * YOUNG
    os.utime(place, (long_ago, long_ago))


def test_the_directory_of_a_killed_run_is_removed_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OTHER_RUN, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        place = Path(run.stdout.readline().strip())
        aged(place)
        directory_in_memory(tmp_path, room=0)
        lives = place.exists()

        run.kill()
        run.wait()
        directory_in_memory(tmp_path, room=0)

    assert (lives, place.exists()) == (True, False)


def test_a_directory_that_was_just_made_is_not_abandoned(tmp_path: Path) -> None:
    young = tmp_path / f"{PREFIX}young"
    young.mkdir()

    directory_in_memory(tmp_path, room=0)

    assert young.exists()


def test_without_room_there_is_no_directory(tmp_path: Path) -> None:
    assert directory_in_memory(tmp_path, room=2**62) is None
    assert list(tmp_path.iterdir()) == []
