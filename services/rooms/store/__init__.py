"""The SQL of the rooms service.

Order of locks. A transaction locks rows of these tables in this order, after and before those of
`chassis.transactions.store`; two transactions that each wait for the other would be a deadlock:

1. `hotel`
2. `action`
3. `hold`: ascending by booking id
4. `room`: ascending by id
5. `period`
6. `night`: ascending by room type and date

Each level is locked in one statement. Therefore a transaction changes the night counters once, as its last lock
(`SqlNights.shift`).

At any time, because no two transactions want the same rows in another order:

* `cancellation_policy`, `promotion`, `room_type`, `menu_item`: rows of a hotel, which is locked before
* `hold_part`, `quote`: rows of one hold, which is locked before
* `cleaning_task`: rows of one room, which is locked before
"""
