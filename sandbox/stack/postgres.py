"""A private PostgreSQL server in a directory of its own, on a loopback port."""

import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from sandbox.stack.child_process import ChildProcess, end_earlier_process
from sandbox.stack.data_aside import remove_aside, vacate
from sandbox.stack.databases import Administrator, DatabaseUrls, forget_other_servers
from sandbox.stack.ports import LOOPBACK
from sandbox.stack.postgres_directory import PostgresDirectory, choose_directory
from sandbox.stack.postgres_programs import PostgresPrograms, find_postgres
from sandbox.stack.private_server import PrivateServer
from sandbox.stack.run_directory import Secrets, run_directory
from sandbox.stack.waiting import PATIENCE, Patience

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements hold names and addresses
    "log_error_verbosity": "terse",  # and so do the rows that it refuses
}


class PostgresNode(PrivateServer):
    """A private PostgreSQL server with its data in `directory`."""

    NAME = "PostgreSQL"
    STOP_SIGNAL, STOP_SECONDS = signal.SIGINT, 15.0

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        log: Path | None = None,
        programs: PostgresPrograms | None = None,
        settings: Mapping[str, str] = MappingProxyType(SETTINGS),
        patience: Patience = PATIENCE,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.directory = run_directory(directory)
        super().__init__(log or self.directory / "postgres.log", patience=patience, say=say)
        self.port = port or self._ports.choose(self.NAME)
        self._secrets = Secrets(self.directory / "passwords.json")
        self._programs = programs
        self._settings = settings
        self._note = self.directory / "postgres.pid"
        self._home: Path | None = None

    @property
    def admin_url(self) -> str:
        password = self.password(SUPERUSER)
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/postgres"

    def start(self) -> Self:
        """Start the server and wait until it answers; the first start creates the database cluster."""
        if self.alive():
            return self
        end_earlier_process(self._note, sig=signal.SIGINT)
        forget_other_servers()
        place = choose_directory(self.directory)
        programs = place.programs(self._programs or find_postgres())
        self._home = place.home
        data = place.home / f"data-{programs.major}"
        fresh = not data.exists()
        if fresh:
            self._initialise(data, place, programs)
        settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = ChildProcess(
                [str(programs.bin / "postgres"), "-D", str(data), "-p", str(self.port), *settings],
                env=programs.environment(), note=self._note, stdout=log.fileno(), cwd=place.home,
                user=place.user, group=place.group,
            )  # fmt: skip
        administrator = Administrator(self.admin_url)
        self._until(administrator.ping)
        if fresh:
            administrator.close_to_strangers("postgres", "template1")
        return self

    def has_database(self, name: str) -> bool:
        return Administrator(self.admin_url).has(name)

    def create_database(self, name: str) -> DatabaseUrls:
        """Create a database and its roles; returns their URLs, which are the same on every call."""
        return Administrator(self.admin_url).create(name, self.password)

    def erase(self) -> None:
        """Close the server and remove its data, also from a linked data directory."""
        self.close()
        self.remove_data_aside()
        vacate(self.directory)

    def remove_data_aside(self) -> None:
        """Remove a closed server's data if they are outside `directory`. Works even if `directory` is gone."""
        if self._home:
            remove_aside(self._home)

    def password(self, role: str) -> str:
        """The role's password, drawn when it is first needed."""
        return self._secrets.get(role, lambda: secrets.token_urlsafe(24))

    def _initialise(self, data: Path, place: PostgresDirectory, programs: PostgresPrograms) -> None:
        partial = place.home / f"{data.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        place.owns(partial)
        with tempfile.NamedTemporaryFile("w", dir=place.home, prefix=".superuser-") as password:
            password.write(self.password(SUPERUSER) + "\n")
            password.flush()
            place.owns(Path(password.name))
            made = subprocess.run(  # noqa: S603
                [programs.bin / "initdb", "-D", partial, "-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-instructions", f"--pwfile={password.name}"],
                env=programs.environment(), cwd=place.home, stdin=subprocess.DEVNULL, text=True, check=False,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                user=place.user, group=place.group, extra_groups=None if place.user is None else [],
            )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}")
        partial.rename(data)
