"""Settings from the environment. Outside demo mode a process does not start with settings that production refuses."""

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.production_rules import faults

MODE = "HOTELMATE_MODE"
Driver = Literal["psycopg", "psycopg2"]
S = TypeVar("S", bound="Settings")


class Faults(ValueError):
    """The sentences about settings that production refuses."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


class Settings(BaseSettings):
    """The settings that every process has. The environment variables of a service begin with the service's name."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    mode: Literal["production", "demo"] = Field("production", validation_alias=MODE)
    amqp_url: str = Field("amqp://127.0.0.1:5672/%2F", validation_alias="AMQP_URL")
    inbox_partitions: int = Field(1, ge=1, le=64, validation_alias="INBOX_PARTITIONS")
    log_level: str = Field("INFO", validation_alias="LOG_LEVEL")
    log_format: Literal["json", "console"] = Field("json", validation_alias="LOG_FORMAT")

    @property
    def demo(self) -> bool:
        """Whether this process runs in demo mode, in which the domain's clock can be moved."""
        return self.mode == "demo"

    @classmethod
    def variables(cls) -> Mapping[str, str]:
        """The environment variable of each setting, by the setting's name."""
        prefix = cls.model_config.get("env_prefix") or ""
        return {name: _variable(prefix, name, field) for name, field in cls.model_fields.items()}

    @model_validator(mode="after")
    def _refuse_faults(self) -> Self:
        values = {variable: getattr(self, name) for name, variable in self.variables().items()}
        if not self.demo and (sentences := faults({name: str(value or "") for name, value in values.items()})):
            raise Faults(sentences)
        return self


class ServiceSettings(Settings):
    """The settings of a service with a database. `workers` is the number of asks that run at the same time."""

    message_keys: str = Field("", validation_alias="MESSAGE_KEYS")
    database_driver: Driver = Field("psycopg", validation_alias="DATABASE_DRIVER")
    database_url: str = ""
    workers: int = 10

    @property
    def sync_url(self) -> str:
        """The database URL for the chosen driver."""
        return with_driver(self.database_url, self.database_driver)


def load(kind: type[S], *, others: Iterable[str] = (), **options: Any) -> S:
    """The settings from the environment and the options, judged together with the variables in `others`.

    Ends the process where settings are missing, malformed, or refused by production: prints one sentence for each.
    """
    sentences, settings = environment_faults(others), None
    try:
        settings = kind(**options)
    except ValidationError as problem:
        sentences = [*_sentences(kind, problem), *sentences]
    if sentences or settings is None:
        raise SystemExit(refusal(sentences))
    return settings


def environment_faults(variables: Iterable[str], *, mode: str | None = None) -> list[str]:
    """One sentence for each of these environment variables that production refuses; none in demo mode."""
    if (mode or os.environ.get(MODE)) == "demo":
        return []
    return faults({name: os.environ.get(name, "") for name in variables})


def refusal(sentences: Iterable[str]) -> str:
    """The text with which a process refuses to start."""
    return "\n".join(["The settings are refused:", *(f"  {sentence}" for sentence in sentences)])


def with_driver(url: str, driver: str) -> str:
    """The PostgreSQL URL with this SQLAlchemy driver. Raises `ValueError` for an empty URL."""
    if not url:
        raise ValueError("no database URL is set")
    return f"postgresql+{driver}://{url.split('://', 1)[1]}"


def prefixed(prefix: str) -> Any:
    """The pydantic configuration of a service whose variables begin with this prefix."""
    return SettingsConfigDict(
        env_prefix=f"{prefix.upper()}_", extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )


def _variable(prefix: str, name: str, field: FieldInfo) -> str:
    return str(field.validation_alias or f"{prefix}{name}".upper())


def _sentences(kind: type[Settings], problem: ValidationError) -> Iterable[str]:
    """The sentences of `Faults`; or the malformed settings, and the faults of the others."""
    variables, malformed = kind.variables(), {}
    for error in problem.errors(include_input=False):
        cause = error.get("ctx", {}).get("error")
        if isinstance(cause, Faults):
            return cause.sentences
        name = str(error["loc"][0]) if error["loc"] else ""
        message = error["msg"].removeprefix("Value error, ")
        malformed[variables.get(name, name)] = f"{message[:1].lower()}{message[1:].rstrip('.')}."
    defaults = {variables[name]: str(field.default or "") for name, field in kind.model_fields.items()}
    values = {name: os.environ.get(name, default) for name, default in defaults.items() if name not in malformed}
    sentences = [f"{variable}: {message}" for variable, message in malformed.items()]
    return sentences if values.get(MODE) == "demo" else [*sentences, *faults(values)]
