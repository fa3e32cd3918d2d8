"""Exact counts of the SQL statements and transactions of each operation.

`python -m tests.statement_counts` prints them, and lists the statements of an operation.

The four services run in one process with their real handlers, the host's job loops, timers and the relay, on a real
PostgreSQL, with stand-ins for Stripe, Pusher and the mail server, and without a broker. An operation has ended when
everything that follows from it is done: events published and applied, jobs run, timers that were due, webhooks,
mails and pushes. Idle polls are not counted.

The order is fixed, so that the counts are exact: nothing is done side by side. What one commit published is one batch
of the relay and one batch of each listener; the webhooks of an operation arrive together. On the host the number of
batches depends on time: it is larger for an operation that is alone, and smaller under load.
"""
