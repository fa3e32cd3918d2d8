"""A mailbox that swallows every mail and shows it: to people as pages, to tests as JSON."""

from sandbox.mailbox.inprocess import Mailbox

__all__ = ["Mailbox"]
