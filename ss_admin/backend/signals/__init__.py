"""Signals: what is worth an administrator's attention about a key, worked out, kept, listed and acknowledged."""
