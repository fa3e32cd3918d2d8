"""The settings of rooms, from the environment: `ROOMS_DATABASE_URL`, `ROOMS_WORKERS`."""

from chassis.settings import ServiceSettings, prefixed


class RoomsSettings(ServiceSettings):
    """The settings of every service with a database; rooms has no others, and calls no service."""

    model_config = prefixed("rooms")
