"""Rule chains: what partners can call."""
