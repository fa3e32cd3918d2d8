"""What a hotel sells: room types, daily rates, promotions and cancellation policies."""
