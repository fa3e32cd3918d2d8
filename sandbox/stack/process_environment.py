"""The environment of one process: what all processes have, and what only its own user of the broker has."""

from collections.abc import Callable, Mapping

from sandbox.stack.commands import BROKER_USERS, SERVICES
from sandbox.stack.copies import kind_of

OF_THE_OPERATOR = ("AMQP_URL", "MESSAGE_KEYS")


def environment_of(
    name: str,
    shared: Mapping[str, str],
    *,
    keys: Mapping[str, str],
    given: Mapping[str, str],
    url_of: Callable[[str], str],
) -> dict[str, str]:
    """The `shared` environment with URL and keys of the user of the process; the relay has those of the owners.

    `keys` are the message keys of all by their variables, `url_of` returns the broker's URL of a user, and keys that
    were `given` from outside go before.
    """
    kind = kind_of(name)
    users = {f"{owner.upper()}_AMQP_URL": owner for owner in SERVICES} if kind == "relay" else {}
    users |= {"AMQP_URL": kind} if kind in BROKER_USERS else {}
    own = {variable: key for variable, key in keys.items() if kind == "relay" and "_RELAY_" in variable}
    own |= {"MESSAGE_KEYS": keys.get(f"{kind.upper()}_MESSAGE_KEYS", "")} if kind in BROKER_USERS else {}
    others = {variable: value for variable, value in shared.items() if variable not in OF_THE_OPERATOR}
    replaced = {variable: value for variable, value in given.items() if variable in own}
    return others | {variable: url_of(user) for variable, user in users.items()} | own | replaced
