"""The settings of rooms from environment variables, `ROOMS_DATABASE_URL` and `ROOMS_WORKERS` among them."""

from chassis.settings import ServiceSettings, prefixed


class RoomsSettings(ServiceSettings):
    """The settings of rooms: those of `ServiceSettings` and no more."""

    model_config = prefixed("rooms")
