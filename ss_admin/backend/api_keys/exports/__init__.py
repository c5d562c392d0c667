"""Exports of API keys: the inventory as CSV, the expiries that are to come as iCalendar."""
