"""Runs a module as a program under other time limits: `TIME_LIMITS='{"ANSWER": 2}' python -m … MODULE ARGUMENT…`."""

import json
import os
import runpy
import sys

from chassis import time_limits

if __name__ == "__main__":
    for name, seconds in json.loads(os.environ["TIME_LIMITS"]).items():
        assert hasattr(time_limits, name), name
        setattr(time_limits, name, seconds)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
