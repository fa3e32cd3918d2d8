"""Pure decisions: the pushes and mails that an event causes, and the channels to which a caller may subscribe."""
