"""Room types, daily rates, promotions and cancellation policies of a hotel."""
