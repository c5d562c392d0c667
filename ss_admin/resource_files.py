"""Finds the files of `resources/`, in a checkout and in an installed package alike."""

from pathlib import Path

__all__ = ["resource_path"]

_INSTALLED = Path(__file__).with_name("_resources")
_CHECKOUT = Path(__file__).parent.parent / "resources"


def resource_path(*parts: str) -> Path:
    """The path of one file or folder of `resources/`, given by its parts below it."""
    root = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    return root.joinpath(*parts)
