"""Colours, spacing, type and icons: the one place that says how the product looks."""
