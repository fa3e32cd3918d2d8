"""Runs the gateway: `python -m gateway`."""

import argparse
import signal
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chassis.observability import logs
from chassis.settings import load
from gateway.app import build
from gateway.settings import GatewaySettings

STOP_WITHIN = 8

log = logs.logger("gateway")


class Server(uvicorn.Server):
    """A Uvicorn server that ends the event streams on a stop signal, because Uvicorn waits for open responses."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no new connections, end the event streams, and let running requests finish."""
        log.info("stopping", signal=signal.Signals(sig).name)
        state = getattr(self._app.state, "app_state", None)
        if state:
            state.stopping.set()
            state.bus.interrupt()
        super().handle_exit(sig, frame)


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
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        access_log=False,
        log_config=None,
        lifespan="on",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    log.info("starting", host=settings.host, port=settings.port)
    Server(config, app).run()


if __name__ == "__main__":
    main()
