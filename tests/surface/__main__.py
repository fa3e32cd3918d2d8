"""`python -m tests.surface [KIND …]`: approves the surface as it is now; without a kind, all of it."""

import argparse
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from tests.surface import approved
from tests.surface.kinds import KINDS

parser = argparse.ArgumentParser(prog="make approve", description=__doc__)
parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
kinds = parser.parse_args().kinds or list(KINDS)
if unknown := set(kinds) - set(KINDS):
    parser.error(f"no such kind: {', '.join(sorted(unknown))}")
for kind in kinds:
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        approved.write(kind, KINDS[kind]())
    print(f"{kind} approved")
