"""Messages between guests and staff: chat and communications."""
