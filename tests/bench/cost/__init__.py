"""What one operation costs: CPU time by process group, SQL commands, commits, fsyncs and messages."""
