"""`python -m services.bookings.examine`: answers operators' queries without the broker."""

from chassis.hosting.examine import run
from services.bookings.store.examination import EXAMINATION

if __name__ == "__main__":
    run("bookings", EXAMINATION)
