"""Notices: what is told of keys while nobody looks at the window, and the tray that it is told from."""
