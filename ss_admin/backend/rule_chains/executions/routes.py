"""Executions over HTTP, for Tenant Administrators."""
