"""What can be wrong with an order about signals."""

__all__ = ["EvidenceChanged", "SignalNotFound"]


class SignalNotFound(Exception):
    """The tenant has no such signal: it never was, its cause has gone, or another tenant has it, which is not told."""


class EvidenceChanged(Exception):
    """There is newer evidence than what was to be acknowledged."""
