"""Signing in, and the page for people who may not manage keys."""
