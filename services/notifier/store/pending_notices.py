"""Changes of pending notices, which are executed just before the commit: notices are added and settled."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from chassis.transactions.records import WriteLate
from services.notifier.domain.jobs import NoticeJob
from services.notifier.domain.notices import Notice
from services.notifier.lifecycle import NoticeStatus

ADD = """
    INSERT INTO notice (id, medium, occasion, hotel, booking_id, event_id, subject, sequence, status, created_at)
    SELECT *, CAST(:added_status AS text), CAST(:added_at AS timestamptz) FROM unnest(
        CAST(:added_notice_id AS uuid[]), CAST(:added_medium AS text[]), CAST(:added_occasion AS text[]),
        CAST(:added_hotel AS text[]), CAST(:added_booking_id AS text[]), CAST(:added_event_id AS uuid[]),
        CAST(:added_subject AS text[]), CAST(:added_sequence AS bigint[]))
    WHERE {after}
    ON CONFLICT (id, hotel) DO NOTHING
"""
# Ids are unique across hotels.
SETTLE = """
    UPDATE notice SET status = :settled_status, settled_at = :settled_at, reason = :settled_reason
    WHERE hotel = ANY(CAST(:settled_hotels AS text[])) AND id = ANY(CAST(:settled_ids AS uuid[]))
    AND status = :settled_from AND {after}
"""


class SqlPendingNotices:
    """Adds notices and settles pending ones; each of the two once in a transaction."""

    def __init__(self, write_late: WriteLate) -> None:
        self._write_late = write_late

    def add(self, notices: Collection[Notice], *, now: datetime) -> None:
        """Insert the notices as `PENDING`, except those whose id exists already.

        They are inserted in the order of their ids: of two transactions with the same notices, one waits.
        """
        ordered = sorted(notices, key=lambda notice: notice.notice_id)
        columns = {f"added_{each.name}": [getattr(notice, each.name) for notice in ordered] for each in fields(Notice)}
        self._write_late(ADD, {**columns, "added_status": NoticeStatus.PENDING, "added_at": now})

    def settle(self, jobs: Collection[NoticeJob], status: NoticeStatus, *, now: datetime, reason: str = "") -> None:
        """Set the final status of each of these jobs' notices that is `PENDING`."""
        values = {
            "settled_status": status,
            "settled_at": now,
            "settled_reason": reason,
            "settled_hotels": sorted({job.hotel for job in jobs}),
            "settled_ids": [job.notice_id for job in jobs],
            "settled_from": NoticeStatus.PENDING,
        }
        self._write_late(SETTLE, values)
