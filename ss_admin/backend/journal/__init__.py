"""Makes calls durable in microseconds: append-only files in memory, which outlive the process that wrote them."""
