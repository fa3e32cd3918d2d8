"""Hotels, their rooms and what is left of them: inventory, prices, assignments and the turnover."""
