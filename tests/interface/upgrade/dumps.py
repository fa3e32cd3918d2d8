"""Databases as version 0.1.0 filled them, restored and migrated."""

import gzip
from pathlib import Path

import psycopg

from chassis.transactions.migrate import migrate
from contracts.catalogue import OWNERS

DATABASES = (*OWNERS, "gateway")


def dump_of(name: str) -> str:
    """The SQL that restores one database."""
    return gzip.decompress((Path(__file__).parent / f"{name}.sql.gz").read_bytes()).decode()


def restore(name: str, url: str) -> None:
    """Restore the dump into the empty database at `url`, and migrate the database to head."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(dump_of(name))
    migrate(name, url)
