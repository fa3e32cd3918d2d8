"""`python -m services.notifier.examine`: answers operators' queries without the broker."""

from chassis.hosting.examine import run
from services.notifier.store.examination import EXAMINATION

if __name__ == "__main__":
    run("notifier", EXAMINATION)
