"""Usage: the history of a key's calls, as administrators see it."""
