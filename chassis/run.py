"""Hosts one service on nameko: `python -m chassis.run bookings`."""

# Everything below runs green, so the patch comes before any other import. Whole, without naming modules: naming one
# would leave the others, and psycopg2, blocking.
import os
import warnings

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
warnings.filterwarnings("ignore", message=r"\nEventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import argparse
import importlib
import signal
from typing import Any

from nameko.containers import ServiceContainer

from chassis import logs
from chassis.doors import Every, Service
from chassis.entrypoints import Asks, Calls, Events, Ticks, apply_patiently
from chassis.providers import OURSELVES, MachineryProvider
from chassis.retention import forget_old
from chassis.settings import ServiceSettings
from contracts.catalogue import OWNERS

STOP_WITHIN = 10
FORGETTING = Every(600, forget_old)

log = logs.logger(__name__)


def load(name: str) -> Service:
    """The service of that name, as its list of doors."""
    service: Service = importlib.import_module(f"services.{name}.service").SERVICE
    return service


def hosted(service: Service, settings: ServiceSettings) -> type:
    """The nameko service class of a list of doors."""

    def answer(self: Any, method: str, message: Any, context: Any) -> Any:
        return self.machinery.answering.answer(method, message, context)

    def hear(self: Any, batch: Any, wanted: Any) -> Any:
        return apply_patiently(self.machinery, batch, wanted)

    members: dict[str, Any] = {
        "name": service.name,
        "machinery": MachineryProvider(service, settings),
        "answer": Asks.decorator(settings.amqp_url, settings.workers)(answer),
        "hear": Events.decorator(settings.amqp_url)(hear),
    }
    for door in (*service.timers, FORGETTING):
        members[door.name] = Ticks.decorator(door)(_ticking(door))
    for errand in service.errands:
        members[f"call_{errand.kind}"] = Calls.decorator(errand.kind)(_calling(errand.kind))
    return type(service.name.capitalize(), (), members)


def _ticking(door: Every) -> Any:
    def tick(self: Any) -> bool:
        if door.converses:
            return bool(door.step(self.machinery.desk()))
        with self.machinery.transactor.begin(OURSELVES) as work:
            return bool(door.step(work))

    return tick


def _calling(kind: str) -> Any:
    def call(self: Any, due: Any) -> bool:
        return bool(self.machinery.errands[kind].run(due))

    return call


def run(service: Service) -> None:
    """Host the service until SIGTERM or SIGINT; then end what is in flight and leave, within ten seconds."""
    settings = service.settings()
    logs.configure(service.name, level=settings.log_level, fmt=settings.log_format)
    config = {"max_workers": settings.workers + len(service.timers) + 8}
    container = ServiceContainer(hosted(service, settings), config=config)

    def stop(signum: int, _: Any) -> None:
        log.info("stopping", signal=signal.Signals(signum).name)
        eventlet.spawn_after(STOP_WITHIN, os._exit, 1)
        eventlet.spawn_n(container.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    container.start()
    log.info("started", asks=len(service.asks), hears=len(service.hears), timers=len(service.timers))
    container.wait()
    log.info("stopped")
    os._exit(0)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m chassis.run", description="Run one HotelMate service.")
    parser.add_argument("service", choices=OWNERS, help="which service to run; its settings come from the environment")
    run(load(parser.parse_args().service))


if __name__ == "__main__":
    main()
