"""What the rooms service is told by its environment: `ROOMS_DATABASE_URL`, `ROOMS_WORKERS`."""

from chassis.settings import ServiceSettings, prefixed


class RoomsSettings(ServiceSettings):
    """Nothing beyond what every service with a database needs; it calls nobody outside."""

    model_config = prefixed("rooms")
