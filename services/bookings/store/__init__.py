"""The stores of the bookings service in PostgreSQL. No other package of the service contains SQL.

Order of locks. A transaction locks rows of these tables in this order, after and before those of
`chassis.transactions.store`; two transactions that each wait for the other would be a deadlock:

1. `lookup_request`
2. `lookup_mail`
3. `booking`: ascending by hotel and id, where a batch of events or a room plan locks several, before its first change
4. `hold`: with its booking locked
5. `advisory lock`: of a hotel's unusual nights; who does not get it goes away
6. `unusual_night`
7. `ghost`
8. `census`
9. `hold_count`: shared by bookings; ascending by hotel and name, in one statement just before the commit

At any time, because no two transactions want the same rows in another order:

* `guest`, `booking_directory`, `access_code`, `amendment`, `remark`, `overstay`, `room_order`, `chat_message`,
  `chat_reading`: rows of one booking, which is locked before, or the only rows of their transaction
* `payment_fact`, `communication`: rows of one event

The triggers of `booking` add rows to `booking_count` and sum up those that no other transaction sums up: they wait for
no lock.
"""
