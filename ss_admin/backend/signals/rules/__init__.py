"""The rules: from a key's frozen history to evidence, one kind of signal each, and which of them speak together."""
