"""The kinds of fault: the invariants, what the issues *Right* and *Proved* mended, and the promises of changes."""

from collections.abc import Mapping

from hotelmate.invariants.catalogue import CHECKS

INVARIANTS: Mapping[str, str] = {
    **{name: (check.__doc__ or "").strip().splitlines()[0] for name, check in CHECKS.items()},
    "I14": "What a client was answered with 2xx is there after recovery.",
    "liveness": "After the faults have stopped, everything that was begun comes to its end.",
}

MENDED: Mapping[str, str] = {
    "Right 0": "the first command in a directory of root",
    "Right 1": "presence tested by the truth of an amount",
    "Right 2": "a total that no card can take",
    "Right 3": "money under our ids that no decision asked for",
    "Right 4": "minor units shown to people",
    "Right 5": "a price without tax",
    "Right 6": "an address no mail reaches",
    "Right 7": "equal text stored in two forms",
    "Right 8": "one value, two bounds",
    "Right 9": "a name that turns or empties its line",
    "Right 10": "a change without from and to",
    "Right 11": "everyday cases refused",
    "Right 12": "one fact, two answers",
    "Right 13": "a path that names two things and checks one",
    "Right 14": "a time-dependent state that nobody ends",
    "Right 15": "lax types",
    "Right 16": "a dialog or a change that keyboard and ear miss",
    "Right 17": "an action ended by another does not know its key",
    "Right 18": "a key that is blocked after a crash",
    "Right 19": "a failing read treated as an error",
    "Right 20": "a stack that cannot be ended, or whose terminal is lost",
    "Right 21": "a stack whose directory is gone",
    "Right 22": "a stack whose disk is full",
    "Right 23": "a stand-in that forgets",
    "Right 24": "a stack that is started twice",
    "Right 25": "steps that nobody runs",
    "Right 26": "arguments that name nothing",
    "Right 27": "an invariant that is silently missing",
    "Right 28": "imports that nobody uses",
    "Right 29": "a stack whose machine is slow",
    "Right testers": "partial captures with fee and balance",
    "Proved stop": "an orderly stop that is not orderly",
    "Proved twice": "a job that two processes ran ends twice",
    "Proved snapshot": "a counter that is computed from the row of before",
    "Proved locks": "locks in another order",
    "Proved search": "unrequested money that is searched for one day only",
    "Proved nodes": "three nodes that are as weak as one",
}

OF_CHANGES: Mapping[str, str] = {
    "Paid first": "Where changes are paid first, no stay changes without its money, and none is paid twice.",
}

KINDS: Mapping[str, str] = {**INVARIANTS, **MENDED, **OF_CHANGES}

_TEXT = "a rule about text, which no order of events breaks"
_GATEWAY = "the gateway is outside the simulation"
_STACK = "the processes of a stack are outside the simulation"
_PAGES = "pages are outside the simulation"

# Kinds without a planted fault, each with the reason and the tests that show it instead.
LEFT_OUT: Mapping[str, str] = {
    "Right 0": f"{_STACK}: tests/sandbox/test_first_command",
    "Right 4": f"{_TEXT}: tests/architecture/test_amounts_for_people",
    "Right 5": f"{_GATEWAY}: tests/unit/gateway/test_final_prices",
    "Right 6": f"{_TEXT}: tests/unit/chassis/test_email_addresses",
    "Right 7": f"{_TEXT}: tests/interface/bookings/test_text_search",
    "Right 8": f"{_TEXT}: tests/unit/gateway/test_text_fields",
    "Right 9": f"{_TEXT}: tests/unit/chassis/test_text",
    "Right 10": f"{_TEXT}: tests/unit/bookings/test_room_transfers",
    "Right 11": "one refusal more breaks no promise: tests/interface/bookings/test_late_arrivals, test_rooms_that_fit",
    "Right 12": f"{_GATEWAY}: tests/conversations/test_guest_operations",
    "Right 13": f"{_GATEWAY}: tests/conversations/test_paths_with_two_things",
    "Right 15": f"{_GATEWAY}: tests/unit/gateway/test_strict_bodies",
    "Right 16": f"{_PAGES}: tests/journeys/browser/test_dialogs",
    "Right 20": f"{_STACK}: tests/sandbox",
    "Right 21": f"{_STACK}: tests/sandbox",
    "Right 22": f"{_STACK}: tests/sandbox",
    "Right 23": f"{_STACK}, and the in-memory Stripe never restarts: tests/sandbox/test_stand_in_restarts",
    "Right 24": f"{_STACK}: tests/sandbox",
    "Right 25": f"{_STACK}: tests/journeys/test_readme",
    "Right 26": "commands of operators are outside the simulation: tests/unit/hotelmate/naming",
    "Right 27": "the catalogue is the judge itself: tests/conversations/test_invariants",
    "Right 28": f"{_STACK}: tests/architecture/test_loaded_packages",
    "Right 29": f"{_STACK}: tests/sandbox",
    "Proved stop": f"{_STACK}: tests/unit/gateway/test_orderly_stop, tests/sandbox/test_rolling_restart",
    "Proved search": "every simulated webhook comes in the end: tests/conversations/test_second_payments",
    "Proved nodes": "one broker is modelled, which never loses a queue: tests/availability",
}
