"""The packages that a starting service process loads: the CPU time of a restart is mostly the time of its imports.

The database driver comes with the first engine, and is the chosen one alone.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.catalogue import OWNERS

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
from chassis.hosting import run
run.load(sys.argv[1])
installed = [name for name, module in sys.modules.items() if "site-packages" in (getattr(module, "__file__", "") or "")]
print(json.dumps(sorted({name.partition(".")[0] for name in installed if not name.startswith("_")})))
"""
EVERY = {
    "sqlalchemy",
    *("pydantic", "pydantic_core", "pydantic_settings", "annotated_types", "dotenv", "typing_inspection"),
    *("eventlet", "greenlet", "nameko", "kombu", "amqp", "vine", "six", "typing_extensions"),
    *("pika", "msgspec", "structlog"),
}
ADDRESSES = {"email_validator", "idna"}
LOADED = {
    "bookings": EVERY | ADDRESSES,
    "rooms": EVERY | ADDRESSES,
    "payments": EVERY | {"stripe", "urllib3"},
    "notifier": EVERY | ADDRESSES | {"pusher", "nacl", "jinja2", "markupsafe"},
}


def test_every_service_is_listed() -> None:
    assert LOADED.keys() == set(OWNERS)


@pytest.mark.parametrize("service", OWNERS)
def test_a_service_process_loads_the_listed_packages_only(service: str) -> None:
    command = [sys.executable, "-c", PROGRAM, service]

    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(json.loads(output)) == LOADED[service]


PROCESSES = {
    "gateway": "import gateway.__main__",
    "relay": "import runpy, contextlib\nwith contextlib.suppress(SystemExit):\n    "
    "runpy.run_module('chassis.messaging.relay', run_name='__main__')",
}
UNUSED = ("rich", "pygments", "attr", "requests", "httpx", "sqlalchemy.orm", "pydantic.v1")


@pytest.mark.parametrize("process", PROCESSES)
def test_the_gateway_and_the_relay_load_no_package_that_they_do_not_use(process: str) -> None:
    program = f"{PROCESSES[process]}\nimport sys\nprint([name for name in {UNUSED} if sys.modules.get(name)])"
    command = [sys.executable, "-c", program]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
