"""Every kind of fault is planted, or is left out with a reason that names the test which shows it instead."""

import re
import sys
from pathlib import Path

from tests.simulation.planted.kinds import INVARIANTS, KINDS, LEFT_OUT
from tests.simulation.planted.table import FAULTS

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {kind for fault in FAULTS.values() for kind in fault.kinds}


def test_every_kind_is_planted_or_left_out() -> None:
    assert KINDS.keys() - PLANTED - LEFT_OUT.keys() == set()
    assert PLANTED & LEFT_OUT.keys() == set()
    assert PLANTED | LEFT_OUT.keys() <= KINDS.keys()


def test_every_invariant_that_is_judged_is_planted() -> None:
    assert INVARIANTS.keys() - PLANTED == set()


def test_the_tests_that_show_a_kind_instead_exist() -> None:
    named = {path for reason in LEFT_OUT.values() for path in re.findall(r"tests/[\w/]+", reason)}

    assert [path for path in sorted(named) if not list(ROOT.glob(f"{path}*"))] == []
    assert len(named) >= 15


def test_a_fault_is_gone_after_its_block() -> None:
    for fault in FAULTS.values():
        before = _product_state()
        with fault.planted() as product:
            assert len(product) >= 1, fault.name
        assert _product_state() == before, fault.name


def _product_state() -> dict[str, object]:
    modules = {
        name: module
        for name, module in sys.modules.items()
        if module is not None and name.partition(".")[0] in ("chassis", "services", "contracts")
    }
    state: dict[str, object] = {}
    for name, module in modules.items():
        for key, value in list(vars(module).items()):
            state[f"{name}.{key}"] = id(value)
            if isinstance(value, type) and value.__module__ == name:
                state.update({f"{name}.{key}.{attribute}": id(each) for attribute, each in vars(value).items()})
    return state
