"""The gateway's database, for the commands that administer accounts."""

from tests.interface.gateway.conftest import desk, url

__all__ = ["desk", "url"]
