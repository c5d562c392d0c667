"""What all tables are made of: their base, row numbers and text that both databases sort alike."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import DeclarativeBase

__all__ = ["NUMBER", "Table", "sorted_text"]

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def sorted_text(length: int) -> String:
    """Text that both databases sort by code point: no index breaks when the system's collation changes."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Table(DeclarativeBase):
    """The base of all tables; its metadata is what the migrations bring about."""
