"""The settings of the rooms service, from environment variables such as `ROOMS_DATABASE_URL` and `ROOMS_WORKERS`."""

from chassis.settings import ServiceSettings, prefixed


class RoomsSettings(ServiceSettings):
    """The settings of the rooms service, which are the fields of `ServiceSettings`."""

    model_config = prefixed("rooms")
