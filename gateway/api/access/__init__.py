"""Access: staff sign-in, the signed-in member of staff, and the exchange of mailed codes."""
