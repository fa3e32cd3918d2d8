"""The names of the roles of a database."""

from typing import NamedTuple


class Roles(NamedTuple):
    """The names of a database's roles."""

    owner: str
    running: str
    relay: str


def roles_of(database: str) -> Roles:
    """The roles of the database with this name."""
    return Roles(owner=f"{database}_owner", running=database, relay=f"{database}_relay")
