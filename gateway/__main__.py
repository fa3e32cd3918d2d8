"""Runs the gateway: `python -m gateway`."""

from chassis.unused_packages import leave_out, leave_out_init

leave_out("pydantic.v1", "rich")  # which FastAPI and structlog would load
leave_out_init("sqlalchemy.ext.asyncio")  # which would load the ORM

import argparse
import gc

from chassis.observability import logs
from chassis.settings import load
from gateway.app import build
from gateway.http.connection import allow_many
from gateway.server import GatewayServer
from gateway.settings import GatewaySettings

log = logs.logger("gateway")


def main() -> None:
    """Serve the API with the settings from the environment and the command line, until a stop signal."""
    parser = argparse.ArgumentParser(
        prog="python -m gateway",
        description="Serve HotelMate's HTTP API. The environment holds the settings: GATEWAY_DATABASE_URL, "
        "GATEWAY_HOST, GATEWAY_PORT, GATEWAY_ALLOWED_ORIGINS, GATEWAY_RATE_LIMITS, AMQP_URL, HOTELMATE_MODE.",
    )
    parser.add_argument("--host", help="the address to listen on instead of GATEWAY_HOST")
    parser.add_argument("--port", type=int, help="the port to listen on instead of GATEWAY_PORT")
    options = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    settings = load(GatewaySettings, **options)
    logs.configure("gateway", level=settings.log_level, fmt=settings.log_format)
    app = build(settings=settings)
    gc.freeze()  # a full collection of what is built once would stop the event loop for some 0.2 s
    allow_many()
    log.info("starting", host=settings.host, port=settings.port)
    GatewayServer(app, settings).run()


if __name__ == "__main__":
    main()
