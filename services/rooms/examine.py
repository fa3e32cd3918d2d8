"""`python -m services.rooms.examine`: answers operators' queries without the broker."""

from chassis.hosting.examine import run
from services.rooms.store.examination import EXAMINATION

if __name__ == "__main__":
    run("rooms", EXAMINATION)
