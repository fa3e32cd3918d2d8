"""The rooms service: hotels, rooms, inventory, prices, assignments and the turnover of rooms."""
