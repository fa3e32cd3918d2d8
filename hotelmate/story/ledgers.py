"""What each service's tables say of one booking."""

BOOKING = """
    SELECT id, confirmation_number, hotel, status, version, payment_status, check_in, check_out, assigned_room_number,
           pending ->> 'kind' AS pending, action_due_at
    FROM booking WHERE id = :name OR confirmation_number = :name
"""
PAYMENTS = """
    SELECT id, status, amount, currency, session_id, intent_id FROM payment WHERE booking_id = :booking_id
    ORDER BY created_at
"""
ROOMS = """
    SELECT DISTINCT 'room/' || room.hotel || '/' || room.room_number AS subject
    FROM period JOIN room ON room.id = room_id WHERE booking_id = :booking_id
"""
TOLD = """
    SELECT id, subject, sequence, type, time, data, traceparent, correlation_id, causation_id, recorded_at, published_at
    FROM outbox WHERE subject = ANY(:subjects) ORDER BY position
"""
TRAIL = """
    SELECT subject, sequence, what, by, from_status, to_status, at, why, trace_id FROM audit
    WHERE subject = ANY(:subjects) ORDER BY position
"""
LEDGER = """
    SELECT position, payment_id, kind, amount, currency, provider_id, at FROM ledger WHERE payment_id = ANY(:payments)
    ORDER BY position
"""
CALLS = """
    SELECT payment_id, action, attempt, state, code, object_id, asked_at, answered_at FROM provider_action
    WHERE payment_id = ANY(:payments) ORDER BY asked_at
"""
WEBHOOKS = """
    SELECT webhook.event_id, webhook.type, object_id, outcome, reason, received_at, settled_at, errand.traceparent
    FROM webhook LEFT JOIN errand ON errand.key = 'webhook:' || webhook.event_id
    WHERE webhook.payment_id = ANY(:payments) OR session_id = ANY(:objects) OR intent_id = ANY(:objects)
    ORDER BY received_at
"""
NOTICES = """
    SELECT notice.id::text AS id, medium, occasion, event_id::text AS event_id, status, reason, inbox.applied_at,
           inbox.applied_at + (settled_at - notice.created_at) AS settled_at, notice.created_at, errand.attempts,
           errand.last_error, errand.traceparent, told.recorded_at AS told_at
    FROM notice LEFT JOIN inbox USING (event_id)
    LEFT JOIN errand ON errand.key = 'notice/' || notice.id
    LEFT JOIN LATERAL (
        SELECT recorded_at FROM outbox WHERE subject = 'notice/' || notice.id ORDER BY sequence DESC LIMIT 1
    ) AS told ON status <> 'PENDING'
    WHERE event_id = ANY(CAST(:ids AS uuid[])) ORDER BY notice.created_at, medium, occasion
"""
DELIVERED = """
    SELECT event_id::text AS event_id, outcome, applied_at FROM inbox WHERE event_id = ANY(CAST(:ids AS uuid[]))
"""
INBOX_POSITION = "SELECT subject, last FROM inbox_position WHERE source = :source AND subject = ANY(:subjects)"
OWED = """
    SELECT kind, key, attempts, last_error, not_before, gave_up_at, created_at FROM errand
    WHERE done_at IS NULL AND (
        payload ->> 'booking_id' = :booking_id OR payload ->> 'payment_id' = ANY(:payments)
    ) ORDER BY position
"""
