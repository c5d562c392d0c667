"""Calls over time as stacked bars: where they stand, what they say, and how they are painted."""
