"""Choosing one person among thousands: the search, the list of those found, the field and the filter."""
