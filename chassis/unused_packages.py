"""Leaves out packages that libraries load where they are installed, and that a serving process does not use.

They cost memory in each process, and CPU time at each start. This comes before the imports of those libraries.
"""

import sys
from importlib.util import find_spec, module_from_spec


def leave_out(*packages: str) -> None:
    """Have the import of these packages fail, as if they were not installed."""
    for package in packages:
        sys.modules.setdefault(package, None)  # type: ignore[arg-type]


def leave_out_init(package: str) -> None:
    """Import the package without its `__init__`: only the modules in it that are imported by name are loaded."""
    spec = find_spec(package)
    if spec and package not in sys.modules:
        sys.modules[package] = module_from_spec(spec)
