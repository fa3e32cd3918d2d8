"""What clients may send: one model per body. Unknown fields are refused."""
