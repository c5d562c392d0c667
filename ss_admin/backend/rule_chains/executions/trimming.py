"""Lets executions go that are older than they are kept."""
