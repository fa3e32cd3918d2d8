"""The SQL of the rooms service.

Two rules exclude deadlocks between concurrent transactions:

1. Levels: hotel, then action, hold, room (with its cleaning task), period, night. A transaction that has locked a row
   of one level locks rows of that level or of later ones only.
2. Within a level the order is ascending: holds by booking id, rooms by id, nights by (room type, date), each level in
   one statement.

Therefore a transaction changes the night counters once, as its last lock (`SqlNights.shift`).
"""
