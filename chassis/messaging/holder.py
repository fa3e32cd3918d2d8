"""The name under which a process holds leases."""

import os
import socket
import uuid


def holder_name() -> str:
    """A name of its own for this process: machine, process id, and a random part."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
