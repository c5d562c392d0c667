"""Signals on the screen: their words, and the card that shows one."""
