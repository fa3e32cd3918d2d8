"""Hosts one service on nameko: `python -m chassis.hosting.run bookings`."""

# Everything below runs green, so the patch comes before any other import. Whole but for the database drivers: the one
# that is chosen gets its green wait from `chassis.hosting.database_wait`, the other one is not loaded.
import os
import warnings

from chassis.unused_packages import leave_out

# What eventlet, httpx, kombu, stripe and structlog would load. They are a fifth of the modules of a starting process.
leave_out("OpenSSL", "anyio", "click", "httpx", "requests", "rich", "yaml")

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
warnings.filterwarnings("ignore", message=r"\nEventlet is deprecated")

import eventlet

eventlet.monkey_patch(psycopg=False)

import argparse
import importlib
import signal
from typing import Any

from nameko.containers import ServiceContainer

from chassis import time_limits
from chassis.hosting.ask_consumer import AskConsumer
from chassis.hosting.batches import apply_patiently
from chassis.hosting.deadline import deadline
from chassis.hosting.event_consumer import EventConsumer
from chassis.hosting.runtime import RuntimeProvider
from chassis.hosting.scheduler import JobLoop, TimerLoop
from chassis.messaging.keys import Keyring
from chassis.observability import logs
from chassis.service import Service, Timer
from chassis.settings import ServiceSettings
from chassis.settings import load as load_settings
from chassis.transactions.retention import delete_old_rows
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT
from contracts.catalogue import OWNERS

STOP_WITHIN = 10
RETENTION = Timer(600, delete_old_rows)

log = logs.logger(__name__)


def load(name: str) -> Service:
    """Import the registry (`Service`) of the service called `name`."""
    service: Service = importlib.import_module(f"services.{name}.service").SERVICE
    return service


def hosted(service: Service, settings: ServiceSettings) -> type:
    """Build the nameko service class that hosts the registry's handlers."""

    def handle(self: Any, method: str, message: Any, context: Any, seconds: float) -> Any:
        with deadline(seconds, method, self.runtime.unit_of_work.counters):
            return self.runtime.ask_server.handle(method, message, context)

    def apply(self: Any, batch: Any, is_ours: Any) -> Any:
        return apply_patiently(self.runtime, batch, is_ours)

    keyring = Keyring(service.name, settings.message_keys)
    members: dict[str, Any] = {
        "name": service.name,
        "runtime": RuntimeProvider(service, settings),
        "asks": AskConsumer.decorator(settings.amqp_url, settings.workers, keyring)(handle),
        "events": EventConsumer.decorator(settings.amqp_url, settings.inbox_partitions, keyring)(apply),
    }
    for timer in (*service.timers, RETENTION):
        members[timer.name] = TimerLoop.decorator(timer)(_timer_worker(timer))
    for job in service.jobs:
        members[f"run_{job.kind}"] = JobLoop.decorator(job.kind)(_job_worker(job.kind))
    return type(service.name.capitalize(), (), members)


def _timer_worker(timer: Timer) -> Any:
    def step(self: Any) -> bool:
        with deadline(time_limits.TIMER, timer.name, self.runtime.unit_of_work.counters):
            if timer.converses:
                return bool(timer.step(self.runtime.conversation()))
            with self.runtime.unit_of_work.begin(SYSTEM_CONTEXT) as work:
                return bool(timer.step(work))

    return step


def _job_worker(kind: str) -> Any:
    def run_jobs(self: Any, leased: Any) -> bool:
        with deadline(time_limits.JOB, kind, self.runtime.unit_of_work.counters):
            return bool(self.runtime.job_runners[kind].run(leased))

    return run_jobs


def most_workers(service: Service, settings: ServiceSettings) -> int:
    """How many workers run at once: every ask, timer and job that may, a batch of events, and a few to spare.

    An ask thus never waits for a worker because jobs wait for a provider that does not answer.
    """
    jobs = sum(job.concurrency for job in service.jobs)
    return settings.workers + len(service.timers) + jobs + 4


def run(service: Service) -> None:
    """Host the service until SIGTERM or SIGINT; then finish the running work within ten seconds and exit."""
    settings = load_settings(service.settings)
    logs.configure(service.name, level=settings.log_level, fmt=settings.log_format)
    config = {"max_workers": most_workers(service, settings)}
    container = ServiceContainer(hosted(service, settings), config=config)

    def stop(signum: int, _: Any) -> None:
        log.info("stopping", signal=signal.Signals(signum).name)
        eventlet.spawn_after(STOP_WITHIN, os._exit, 1)
        eventlet.spawn_n(container.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    container.start()
    log.info("started", asks=len(service.asks), events=len(service.events), timers=len(service.timers))
    container.wait()
    log.info("stopped")
    os._exit(0)


def main() -> None:
    """Run the service that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m chassis.hosting.run", description="Run one HotelMate service.")
    parser.add_argument("service", choices=OWNERS, help="which service to run; its settings come from the environment")
    run(load(parser.parse_args().service))


if __name__ == "__main__":
    main()
