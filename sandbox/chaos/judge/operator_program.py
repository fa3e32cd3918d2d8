"""`python -m sandbox.chaos.judge.operator_program`: runs `hotelmate` again and again without starting anew.

Each line on standard input is a JSON list of arguments; the answer is a line `[exit code, output, errors]`.
"""

import json
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from hotelmate.main import app

CRASHED = 70


def answer(arguments: list[str]) -> tuple[int, str, str]:
    """A command's exit code and what it printed on both outputs."""
    output, errors, code = StringIO(), StringIO(), 0
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            app(arguments)
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
        except Exception:
            code = CRASHED
            errors.write(traceback.format_exc())
    return code, output.getvalue(), errors.getvalue()


def main() -> None:
    answers = sys.stdout
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
