"""Widgets that several features share; each shows state and asks for nothing."""
