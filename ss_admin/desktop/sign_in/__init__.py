"""Signing in: the form, its page at the start, and the same form over the window when a session has ended."""
