"""What operators see of the running system."""

from collections.abc import Callable

import httpx
from prometheus_client.parser import text_string_to_metric_families

from contracts.catalogue import OWNERS
from sandbox.demo.booking_steps import Booked
from sandbox.demo.world import World


def test_metrics_show_the_whole_platform_and_no_guest(world: World, paid: Callable[[], Booked]) -> None:
    booked = paid()

    text = httpx.get(f"{world.addresses.gateway}/metrics", trust_env=False).text

    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    up = {sample.labels["service"]: sample.value for sample in samples if sample.name == "hotelmate_up"}
    assert up == dict.fromkeys(OWNERS, 1.0)
    [waiting] = [sample.value for sample in samples if sample.name == "hotelmate_approvals_waiting"]
    assert waiting >= 1
    depths = {sample.labels["service"]: sample.value for sample in samples if sample.name == "hotelmate_dead_letters"}
    assert depths == dict.fromkeys(OWNERS, 0.0)
    assert not any(secret in text for secret in (booked.email, booked.id, booked.first_name))
