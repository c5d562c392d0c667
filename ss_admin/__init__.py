"""SignalSync Admin: the desktop app for API keys and the backend that enforces them."""

__version__ = "0.1.0"
