"""Accounts: tenants, people, passwords, sessions and the lock-out."""
