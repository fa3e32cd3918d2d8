"""The gateway's database, for the commands that administer accounts."""

from tests.interface.gateway.conftest import desk, owner_url, url

__all__ = ["desk", "owner_url", "url"]
