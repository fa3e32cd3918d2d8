"""The Dockerfile and the compose file: linted, without root, and each service with its own database alone."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.messaging.topology import USERS
from contracts.catalogue import OWNERS

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
DOCKERFILE, COMPOSE, EXAMPLE = ROOT / "Dockerfile", ROOT / "docker-compose.yml", ROOT / ".env.example"
OURS = (*OWNERS, "relay", "gateway", "migrate", "cli")
ONCE = ("migrate", "cli", "definitions", "migrate-broker")


def linted(text: str) -> int:
    """Hadolint's exit code."""
    return subprocess.run(
        [str(TOOLS / "hadolint"), "-"], input=text, text=True, capture_output=True, check=False
    ).returncode


def fits_the_schema(path: Path) -> bool:
    """Whether this is a compose file."""
    command = [str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    compose_services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    return compose_services


def stages(recipe: str | None = None) -> dict[str, list[str]]:
    """The instructions of every stage of the recipe, those that it begins with included."""
    instructions: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (recipe or DOCKERFILE.read_text("utf-8")).splitlines():
        begins = re.fullmatch(r"FROM (\S+) AS (\w+)", line)
        if begins:
            current = instructions[begins[2]] = list(instructions.get(begins[1], ()))
        else:
            current.append(line)
    return instructions


def test_the_dockerfile_is_linted() -> None:
    assert linted(DOCKERFILE.read_text("utf-8")) == 0
    assert linted("FROM debian\nRUN apt-get update && apt-get install curl\n") != 0


def test_only_the_last_stage_names_its_deployable() -> None:
    """Older ones go through every stage before the wanted one: only the last may need what the deployable names."""
    names = re.findall(r"^FROM \S+ AS (\w+)", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    own = {name: [line for line in stages()[name] if "COPY services/${DEPLOYABLE}" in line] for name in names}

    assert [name for name in names if own[name]] == names[-1:] == ["service"]


def test_the_compose_file_fits_its_schema(tmp_path: Path) -> None:
    assert fits_the_schema(COMPOSE)
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.read_text("utf-8").replace("healthcheck:", "healthchecks:"))
    assert not fits_the_schema(broken)


def user_of(instructions: list[str]) -> str:
    """The user that a stage's processes run as."""
    return next((line.removeprefix("USER ") for line in reversed(instructions) if line.startswith("USER ")), "root")


def test_no_image_runs_as_root() -> None:
    text = DOCKERFILE.read_text("utf-8")
    building = {"packages", "runtime"}  # no container is started from these

    def users(recipe: str) -> set[str]:
        return {user_of(lines) for name, lines in stages(recipe).items() if name not in building}

    assert users(text) == {"10001:10001"}
    assert users(text.replace("USER 10001:10001", "", 1)) == {"10001:10001", "root"}
    assert users(text.replace("COPY hotelmate hotelmate", "USER root")) == {"10001:10001", "root"}


def test_no_container_runs_as_root_or_with_a_writable_image(services: dict[str, Any]) -> None:
    recipe = stages()
    for name, service in services.items():
        if "build" in service:
            assert user_of(recipe[service["build"]["target"]]) == "10001:10001", name
            assert service["read_only"], name
        else:
            assert service["user"] not in {"root", "0"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_every_lasting_service_has_a_health_check(services: dict[str, Any]) -> None:
    recipe = stages()
    for name, service in services.items():
        if name in ONCE:
            continue
        checks = [line for line in recipe.get(service.get("build", {}).get("target"), ()) if "HEALTHCHECK" in line]
        assert "healthcheck" in service or (checks and "NONE" not in checks[-1]), name


def test_broker_and_database_images_are_current(services: dict[str, Any]) -> None:
    assert re.fullmatch(r"\$\{POSTGRES_IMAGE:-postgres:18\S*\}", services["postgres"]["image"])
    assert re.fullmatch(r"\$\{RABBITMQ_IMAGE:-rabbitmq:4\S*\}", services["rabbitmq"]["image"])


def databases(service: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Owner, role and database of each database that a service may reach."""
    for name, url in service.get("environment", {}).items():
        if name.endswith("_DATABASE_URL"):
            role, database = re.fullmatch(r"postgresql://(\w+):\$\{\w+:\?\}@postgres:5432/(\w+)", url).groups()  # type: ignore[union-attr]
            yield name.removesuffix("_DATABASE_URL").lower(), role, database


def of_role(kind: str, names: Iterable[str]) -> list[tuple[str, str, str]]:
    """The databases of these names as a service reaches them by their roles of this kind."""
    return [(f"{name}_{kind}", f"{name}_{kind}", name) for name in names]


def test_each_service_reaches_its_own_database_by_its_own_role(services: dict[str, Any]) -> None:
    for name in (*OWNERS, "gateway"):
        assert list(databases(services[name])) == [(name, name, name)]
    assert sorted(databases(services["cli"])) == sorted((name, name, name) for name in (*OWNERS, "gateway"))
    assert sorted(databases(services["relay"])) == sorted(of_role("relay", OWNERS))
    assert sorted(databases(services["migrate"])) == sorted(of_role("owner", (*OWNERS, "gateway")))
    recipe = (ROOT / "deploy" / "postgres" / "10-databases.sh").read_text("utf-8")
    assert set(re.findall(r'^create (\w+) "', recipe, re.MULTILINE)) == {*OWNERS, "gateway"}


def brokers(service: dict[str, Any]) -> set[str]:
    """The users as which a service may connect to the broker, each with the password that belongs to the user."""
    urls = {name: url for name, url in service.get("environment", {}).items() if name.endswith("AMQP_URL")}
    users = set()
    for name, url in urls.items():
        user, variable = re.fullmatch(r"amqp://(\w+):\$\{(\w+):\?\}@rabbitmq:5672/%2F", url).groups()  # type: ignore[union-attr]
        assert variable == f"{user.upper()}_AMQP_PASSWORD"
        assert name in ("AMQP_URL", f"{user.upper()}_AMQP_URL")
        users.add(user)
    return users


def test_each_service_connects_to_the_broker_as_its_own_user(services: dict[str, Any]) -> None:
    assert {name: brokers(services[name]) for name in (*OWNERS, "gateway", "relay", "cli", "migrate")} == {
        **{name: {name} for name in (*OWNERS, "gateway")},
        "relay": set(OWNERS),
        "cli": {"operator"},
        "migrate": set(),
    }
    passwords = {name for name in services["definitions"]["environment"] if name.endswith("_AMQP_PASSWORD")}
    assert passwords == {f"{user.upper()}_AMQP_PASSWORD" for user in USERS}


def test_each_service_has_its_own_keys_of_messages_and_none_has_the_master_key(services: dict[str, Any]) -> None:
    keys = {
        name: {
            variable
            for variable in re.findall(r"\$\{(\w+):\?\}", str(service.get("environment")))
            if "MESSAGE" in variable
        }
        for name, service in services.items()
    }

    assert {name: variables for name, variables in keys.items() if variables} == {
        **{name: {f"{name.upper()}_MESSAGE_KEYS"} for name in (*OWNERS, "gateway")},
        "cli": {"OPERATOR_MESSAGE_KEYS"},
        "relay": {f"{name.upper()}_RELAY_MESSAGE_KEYS" for name in OWNERS},
        "migrate-broker": {"MESSAGE_MASTER_KEYS"},
    }


def test_every_required_variable_is_in_the_example() -> None:
    text, example = COMPOSE.read_text("utf-8"), EXAMPLE.read_text("utf-8")
    required = set(re.findall(r"\$\{(\w+):\?\}", text))
    may = set(re.findall(r"\$\{(\w+):-", text)) | set(re.findall(r"^      ([A-Z_]+):$", text, re.MULTILINE))

    assert required - set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == set()
    assert may - set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)) == set()


def test_every_documented_variable_reaches_its_container(services: dict[str, Any]) -> None:
    documents = (ROOT / "docs" / "operations.md").read_text("utf-8").partition("## Environment")[2]
    table = documents.partition("By service:")[2].partition("\n## ")[0]
    fixed = {"GATEWAY_HOST", "GATEWAY_PORT"}  # the image says where it listens inside

    documented = set()
    for row in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE):
        names = re.findall(r"`(…?[A-Z_]+…?)`", row)
        documented |= {names[0], *(_spelled(names[0], each) for each in names[1:])} - fixed

    lacking = [name for name in sorted(documented) if name not in services[_reader(name)]["environment"]]
    assert len(documented) > 30
    assert not lacking, lacking


def _reader(variable: str) -> str:
    """The container that reads the variable."""
    owner, role = variable.split("_")[:2]
    return {"OWNER": "migrate", "RELAY": "relay"}.get(role, owner.lower())


def _spelled(first: str, name: str) -> str:
    """`NOTIFIER_…` after `BOOKINGS_WORKERS` and `…_PORT` after `NOTIFIER_PUSHER_PUBLIC_HOST` in full."""
    if name.endswith("…"):
        return name.removesuffix("…") + first.partition("_")[2]
    return first.rpartition("_")[0] + name.removeprefix("…") if name.startswith("…") else name
