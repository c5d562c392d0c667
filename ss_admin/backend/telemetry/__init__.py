"""What the operator sees: logs, events and metrics."""
