"""`python -m services.payments.examine`: answers operators' queries without the broker."""

from chassis.hosting.examine import run
from services.payments.store.examination import EXAMINATION

if __name__ == "__main__":
    run("payments", EXAMINATION)
