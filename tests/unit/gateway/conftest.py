"""A gateway around fakes, and who calls it."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from gateway.identity.roles import Role
from tests.unit.gateway.builders import staff
from tests.unit.gateway.fakes import Gateway


@pytest.fixture(scope="session")
def app() -> FastAPI:
    from tests.unit.gateway.document import APP  # the settings are short once the tests are configured

    return APP


@pytest.fixture
def gateway(app: FastAPI) -> Iterator[Gateway]:
    made = Gateway(app=app)
    yield made
    made.close()


@pytest.fixture
def manager(gateway: Gateway) -> dict[str, str]:
    return gateway.accounts.signed_in(staff(Role.MANAGER))


@pytest.fixture
def front_desk(gateway: Gateway) -> dict[str, str]:
    return gateway.accounts.signed_in(staff(Role.FRONT_DESK))
