"""Operators retry parked and given-up work, compare records with the provider, and publish events again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contracts.bookings.queries import ListBookings
from contracts.bookings.refunds import RetryRefund
from contracts.catalogue import OWNERS
from contracts.notifier.channel_authorisation import DropUser
from contracts.notifier.notice_admin import ListNotices, ReplayNotice
from contracts.operations import PublishAgain
from contracts.payments.reconciliation import Reconcile, ReconciliationPart
from contracts.payments.webhooks import DismissWebhook, ListWebhooks, ReplayWebhook
from contracts.rooms.hotel_import import ImportHotel
from contracts.values import Caller, Context
from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import Client, weighted
from tests.simulation.actors.colleague import hotels_of
from tests.simulation.hotel import HOTELS, definition

OPERATOR = Context(caller=Caller(kind="system"))
MAX_PAGES = 20


def operators(world: ActorWorld, name: str) -> None:
    """An operator looks after the system, now and then."""
    client = Client(world, name, OPERATOR)
    while True:
        world.sleep(world.choices.pick("pause of the operator", (30.0, 120.0, 600.0)))
        weighted(world, "duty of the operator", DUTIES)(client)


def reconcile(client: Client) -> None:
    """Compare all records with the provider; most runs repair what they find."""
    repair = client.world.choices.chance("repairs", 0.7)
    for part in ReconciliationPart:
        after: str | None = None
        for _ in range(MAX_PAGES):
            page = client.command(Reconcile(part=part, run=client.name, repair=repair, after=after))
            after = page.next if page else None
            if after is None:
                break


def replay_notices(client: Client) -> None:
    """Send given-up notices again."""
    for notice in client.rows(ListNotices(statuses=("GAVE_UP", "PENDING")), lambda page: page.notices)[:3]:
        client.command(ReplayNotice(notice_id=notice.notice_id))


def replay_webhooks(client: Client) -> None:
    """Apply parked notices of the provider again; those that concern nobody are dismissed."""
    for webhook in client.rows(ListWebhooks(), lambda page: page.webhooks)[:3]:
        client.command(ReplayWebhook(event_id=webhook.event_id))
        if client.world.choices.chance("dismisses", 0.3):
            client.command(DismissWebhook(event_id=webhook.event_id))
    if client.world.choices.chance("no such notice", 0.2):
        client.command(ReplayWebhook(event_id="evt_unknown"))


def publish_again(client: Client) -> None:
    """Have the relays publish the latest events again, as after a broker that has lost its data."""
    seconds = client.world.choices.pick("seconds", (60.0, 3600.0))
    for service in OWNERS:
        client.operate(service, PublishAgain(seconds=seconds))


def retry_refunds(client: Client) -> None:
    """Retry failed refunds of bookings that have ended."""
    for hotel in hotels_of(client):
        query = ListBookings(hotel=hotel.slug, status=("CANCELLED", "NO_SHOW", "COMPLETED"))
        for booking in client.rows(query, lambda page: page.results)[:2]:
            client.command(RetryRefund(hotel=hotel.slug, booking_id=booking.booking_id))


def import_again(client: Client) -> None:
    """Import a hotel's property file again, which changes nothing that staff have changed since."""
    client.command(ImportHotel(definition=definition(client.world.choices.pick("hotel", HOTELS))))


def drop_user(client: Client) -> None:
    """End the realtime connections of a member of staff."""
    client.command(DropUser(staff_id="1"))


DUTIES: Mapping[Callable[[Client], None], int] = {
    reconcile: 4, replay_notices: 3, replay_webhooks: 3, publish_again: 1, retry_refunds: 2, drop_user: 1,
    import_again: 1,
}  # fmt: skip
