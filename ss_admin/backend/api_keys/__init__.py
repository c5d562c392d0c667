"""API keys: create, list, change, delete."""
