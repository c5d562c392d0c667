"""Writes executions with their effects, in one transaction."""
