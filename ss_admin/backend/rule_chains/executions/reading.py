"""Reads executions for administrators: the list with its filters, and one as it is opened."""
