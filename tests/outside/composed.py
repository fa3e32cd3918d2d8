"""`docker-compose.yml` brought up through the `docker` library: images built, containers in order, all taken down."""

import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker.errors
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
PATIENCE = 180.0  # seconds for a container to become healthy or come to its end
GLANCE = 0.5
# Options that are no arguments of a container's start: of its image, its order and its end.
ELSEWHERE = frozenset({"build", "image", "depends_on", "environment", "profiles", "stop_grace_period"})
_HOLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


class Missing(Exception):
    """A variable that must be set is not."""


def filled(value: Any, environment: Mapping[str, str]) -> Any:
    """The value with every `${NAME}`, `${NAME:-otherwise}` and `${NAME:?}` in it filled in."""
    if isinstance(value, str):
        return _HOLE.sub(lambda hole: _filling(hole, environment), value)
    if isinstance(value, Mapping):
        return {name: filled(each, environment) for name, each in value.items()}
    return [filled(each, environment) for each in value] if isinstance(value, list) else value


def _filling(hole: re.Match[str], environment: Mapping[str, str]) -> str:
    name, kind, otherwise = hole.groups()
    value = environment.get(name, "")
    if not value and kind == "?":
        raise Missing(name)
    return value or (otherwise if kind == "-" else "")


def read(environment: Mapping[str, str], path: Path = COMPOSE) -> dict[str, dict[str, Any]]:
    """The services by name, with this environment filled in; what it has nothing for is left to the image."""
    services = filled(yaml.safe_load(path.read_text("utf-8"))["services"], environment)
    for service in services.values():
        variables = service.get("environment", {})
        environment_of_service = {
            name: environment.get(name) if value is None else value for name, value in variables.items()
        }
        service["environment"] = {
            name: str(value) for name, value in environment_of_service.items() if value is not None
        }
    return dict(services)


def in_order(services: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """These services, each after what it depends on."""
    ordered: list[str] = []
    for name in names:
        for each in (*in_order(services, list(services[name].get("depends_on", ()))), name):
            if each not in ordered:
                ordered.append(each)
    return ordered


def arguments(service: Mapping[str, Any], *, project: str) -> dict[str, Any]:
    """The `docker` library's arguments for a service. Raises `LookupError` for an option without an equivalent."""
    params: dict[str, Any] = {"environment": service["environment"]}
    for name in service.keys() - ELSEWHERE:
        value = service[name]
        match name:
            case (
                "user" | "hostname" | "entrypoint" | "command" | "read_only" | "cap_drop" | "security_opt" | "shm_size"
            ):
                params[name] = value
            case "restart":
                params["restart_policy"] = {"Name": value}
            case "tmpfs":
                params["tmpfs"] = dict.fromkeys(value, "")
            case "ports":
                params["ports"] = dict(_published(port) for port in value)
            case "volumes":
                params["volumes"] = [_mounted(volume, project) for volume in value]
            case "healthcheck":
                params["healthcheck"] = {"test": value["test"], "retries": value["retries"]} | {
                    each: int(value[each].removesuffix("s")) * 1_000_000_000 for each in ("interval", "timeout")
                }
            case _:
                raise LookupError(f"{name} is not understood")
    return params


def _published(port: str) -> tuple[str, tuple[str, int]]:
    address, outside, inside = port.split(":")
    return f"{inside}/tcp", (address, int(outside))


def _mounted(volume: str, project: str) -> str:
    source, rest = volume.split(":", 1)
    return f"{ROOT / source if source.startswith('.') else f'{project}_{source}'}:{rest}"


@dataclass
class Whole:
    """Everything that one test has brought up on an engine."""

    engine: Any
    services: Mapping[str, Mapping[str, Any]]
    project: str = field(default_factory=lambda: f"hotelmate-test-{uuid.uuid4().hex[:8]}")
    containers: dict[str, Any] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)

    def up(self, names: Sequence[str]) -> None:
        """Start these and what they depend on, each once what it waits for is there."""
        self.engine.networks.create(self.project, driver="bridge", labels=self._labels)
        for name in in_order(self.services, names):
            for other, condition in self.services[name].get("depends_on", {}).items():
                self.wait(other, condition["condition"])
            self.containers[name] = self._started(name)
        for name in names:
            self.wait(name, "service_healthy")

    def run(self, name: str, command: Sequence[str], *, volumes: Sequence[str] = ()) -> tuple[int, str]:
        """Runs a service's image once with this command; returns exit code and output."""
        container = self._started(name, command=list(command), volumes=list(volumes))
        code = int(container.wait(timeout=PATIENCE)["StatusCode"])
        said = container.logs().decode()
        container.remove(force=True)
        return code, said

    def wait(self, name: str, condition: str) -> None:
        """Until the container is healthy, or has come well to its end."""
        container, deadline = self.containers[name], time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            container.reload()
            state = container.attrs["State"]
            if state["Status"] == "exited" and (condition != "service_completed_successfully" or state["ExitCode"]):
                break
            if state["Status"] == "exited" or state.get("Health", {}).get("Status") == "healthy":
                return
            time.sleep(GLANCE)
        raise AssertionError(f"{name} is not {condition}:\n{container.logs(tail=40).decode()}")

    def down(self) -> None:
        """Remove all of it; images stay, for the next time."""
        for container in self._own(self.engine.containers, all=True):
            with suppress(docker.errors.APIError):
                container.remove(force=True, v=True)
        for kind in (self.engine.volumes, self.engine.networks):
            for thing in self._own(kind):
                with suppress(docker.errors.APIError):
                    thing.remove()

    @property
    def _labels(self) -> dict[str, str]:
        return {"hotelmate.test": self.project}

    def _own(self, kind: Any, **which: Any) -> Iterator[Any]:
        yield from kind.list(filters={"label": f"hotelmate.test={self.project}"}, **which)

    def _started(self, name: str, **over: Any) -> Any:
        params = arguments(self.services[name], project=self.project) | {"labels": self._labels} | over
        for volume in params.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith(self.project):
                self.engine.volumes.create(source, labels=self._labels)
        container = self.engine.containers.create(self._image(name), **params)
        self.engine.networks.get(self.project).connect(container, aliases=[name])
        container.start()
        return container

    def _image(self, name: str) -> str:
        """The service's image, built where it is ours, pulled where it is not."""
        service = self.services[name]
        if "build" not in service:
            self.engine.images.pull(service["image"])
            return str(service["image"])
        target, of = service["build"]["target"], service["build"]["args"]["DEPLOYABLE"]
        tag = f"hotelmate-test/{target}-{of}"
        if tag not in self.images:
            built, _ = self.engine.images.build(
                path=str(ROOT), target=target, buildargs={"DEPLOYABLE": of}, tag=tag, rm=True
            )
            self.images[tag] = built.id
        return tag
