"""Pure decisions: which pushes and mails an event makes due, and which channels a caller may subscribe to."""
