"""The time zone of this workstation, with its rules for all years."""

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QTimeZone

__all__ = ["local_zone"]


def local_zone() -> tzinfo:
    """The system's zone by its IANA name; UTC where the system's zone is not known by one."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
