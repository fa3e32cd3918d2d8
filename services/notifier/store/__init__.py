"""The only SQL of the notifier.

Order of locks. A transaction locks rows of these tables in this order, after and before those of
`chassis.transactions.store`; two transactions that each wait for the other would be a deadlock:

1. `notice`
2. `mail_count`: ascending by recipient, in a transaction of its own

The replay of a push locks the whole table of jobs before all else (`chassis.transactions.job_order.lock_jobs`).
"""
