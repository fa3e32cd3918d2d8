"""`python -m sandbox.balancer --port 8080 --gateways 127.0.0.1:8081,127.0.0.1:8082`."""

import argparse
import asyncio
import signal
from contextlib import suppress

from sandbox.balancer.connections import Balancer
from sandbox.balancer.health import GatewayAddress, HealthCheck

LOOPBACK = "127.0.0.1"


async def run(port: int, gateways: list[GatewayAddress]) -> None:
    """Balance connections to the loopback port over the gateways until SIGTERM or SIGINT."""
    health = HealthCheck(gateways)
    checking = asyncio.create_task(health.run())
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ended.set)
    server = await asyncio.start_server(Balancer(health).serve, LOOPBACK, port, backlog=512)
    await ended.wait()
    server.close()
    checking.cancel()
    with suppress(asyncio.CancelledError):
        await checking


def main() -> None:
    """Run the balancer that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.balancer", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the loopback port to listen on")
    parser.add_argument("--gateways", required=True, help="host:port of each gateway, separated by commas")
    chosen = parser.parse_args()
    addresses = [each.rpartition(":") for each in chosen.gateways.split(",")]
    asyncio.run(run(chosen.port, [GatewayAddress(host, int(port)) for host, _, port in addresses]))


if __name__ == "__main__":
    main()
