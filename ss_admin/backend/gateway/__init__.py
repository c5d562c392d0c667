"""The partner's call: authenticate, limit, check, run, record; a WSGI layer in front of Flask."""
