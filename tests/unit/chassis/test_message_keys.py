"""Keys of messages: one for each ordered pair, and each process has only its own."""

import json
import re

import pytest

from chassis import codec
from chassis.messaging.ask_verification import UsedIds
from chassis.messaging.keys import Keyring, derived, keys_of, pairs, relay_keys, variables
from chassis.messaging.signatures import CALLER_FIELDS, caller_content, canonical
from contracts.askers import ASKS, may_ask
from contracts.values import Caller

MASTER = "the master key of this test"


def test_each_process_has_the_keys_of_its_own_pairs_alone() -> None:
    for user in ASKS:
        entries = [entry.split(":") for entry in keys_of(user, [MASTER]).split(",")]
        assert all(user in (signer, verifier) for signer, verifier, _ in entries)
        assert {(signer, verifier) for signer, verifier, _ in entries} == {pair for pair in pairs() if user in pair}


def test_no_two_pairs_have_the_same_key_and_none_is_the_master() -> None:
    keys = [derived(MASTER, *pair) for pair in pairs()]
    assert len(set(keys)) == len(pairs())
    assert derived(MASTER, "bookings", "rooms") != derived(MASTER, "rooms", "bookings")
    assert all(MASTER not in value for _, value in variables([MASTER]))


def test_a_verifier_cannot_sign_for_a_third() -> None:
    for user in ASKS:
        for signer, verifier in pairs():
            if user not in (signer, verifier):
                assert derived(MASTER, signer, verifier) not in keys_of(user, [MASTER])


def test_the_relay_cannot_verify_and_signs_with_the_newest_key() -> None:
    relay = Keyring("bookings", relay_keys("bookings", ["newest of both keys", MASTER]))
    rooms = Keyring("rooms", keys_of("rooms", ["newest of both keys"]))

    assert rooms.verify("bookings", b"x", relay.sign("rooms", b"x"))
    assert not relay.verify("rooms", b"x", rooms.sign("bookings", b"x"))


def test_all_keys_of_the_list_verify_until_the_older_one_is_removed() -> None:
    old = Keyring("bookings", keys_of("bookings", [MASTER]))
    both = Keyring("rooms", keys_of("rooms", ["newer", MASTER]))
    newer = Keyring("rooms", keys_of("rooms", ["newer"]))

    assert both.verify("bookings", b"x", old.sign("rooms", b"x"))
    assert not newer.verify("bookings", b"x", old.sign("rooms", b"x"))


@pytest.mark.parametrize(
    "text", ["x", "bookings:rooms:12", "bookings:nobody:" + "a" * 64, "bookings:rooms:" + "z" * 64]
)
def test_a_malformed_entry_is_refused_without_the_key(text: str) -> None:
    with pytest.raises(ValueError, match="SIGNER:VERIFIER:KEY") as refused:
        Keyring("rooms", text)
    assert not re.search(r"[az]{64}", str(refused.value))


def test_every_field_of_a_caller_is_signed() -> None:
    plain = codec.plain(Caller())
    assert set(CALLER_FIELDS) == plain.keys()
    for name in CALLER_FIELDS:
        assert caller_content("rooms", plain | {name: "other"}, "", 1) != caller_content("rooms", plain, "", 1)


def test_the_order_of_permissions_does_not_matter() -> None:
    first, second = ({"permissions": each} for each in (["a", "b"], ["b", "a"]))
    assert json.dumps(canonical(first)) == json.dumps(canonical(second))


def test_the_table_of_askers_decides_over_every_ask() -> None:
    assert may_ask("bookings", "rooms", "GetHotel")
    assert not may_ask("bookings", "payments", "GetHotel")
    assert not may_ask("payments", "bookings", "CancelBooking")
    assert may_ask("gateway", "rooms", "Ping")
    assert not may_ask("gateway", "rooms", "AdvanceClock")
    assert not may_ask("nobody", "rooms", "Ping")
    assert may_ask("notifier", "gateway", "GetStaffNames")
    assert not may_ask("operator", "gateway", "Ping")


def test_used_ids_are_remembered_until_their_deadline_and_no_more_than_the_most() -> None:
    used = UsedIds(most=2)

    assert used.use("a", until=10, now=1) == ""
    assert used.use("a", until=10, now=9) == "its message id was used before"
    assert used.use("b", until=20, now=9) == ""
    assert "are remembered" in used.use("c", until=20, now=9)
    assert used.use("c", until=20, now=11) == ""
    assert len(used) == 2
