"""Where a graph lies, and how it is walked: one port, an engine behind it a file."""
