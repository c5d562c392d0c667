"""Refusals: why a call was refused, for the administrator whom a partner asks."""
