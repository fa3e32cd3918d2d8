"""The stores of the payments service: all its SQL.

Order of locks. A transaction locks rows of these tables in this order, after and before those of
`chassis.transactions.store`; two transactions that each wait for the other would be a deadlock:

1. `provider_search`
2. `finding`
3. `reconciliation`
4. `payment`: several only in a batch of events, of bookings that no other batch has events of

At any time, because no two transactions want the same rows in another order:

* `webhook`: ascending by id, in the last statement of the transaction, or the only rows of their transaction
* `payment_directory`, `provider_action`, `ledger`, `refund`: rows of one payment, which is locked before, or the only
  rows of their transaction
* `job`: the jobs of webhook events that are applied with another one, except those that somebody has locked
* `desired_state`, `balance_desired_state`: changed only by the events of one booking, one after the other
"""
