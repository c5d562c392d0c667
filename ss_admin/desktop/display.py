"""Whether a window can be opened here. Qt itself ends the process with a stack of plugin messages where it cannot."""

import ctypes
import importlib.util
import sys
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["why_no_window"]

# Which Debian package brings each library that Qt's own libraries, or its X11 plugin, are linked with.
_ANY_WINDOW: Final = (
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libglib-2.0.so.0", "libglib2.0-0"),
)
_X11_WINDOW: Final = (
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-render-util.so.0", "libxcb-render-util0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-xinerama.so.0", "libxcb-xinerama0"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
)


def why_no_window(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """One sentence for the person where no window can be opened, None where one can."""
    if importlib.util.find_spec("PySide6") is None:
        return 'The desktop app is not installed; pip install ".[desktop]" in the project\'s folder brings it.'
    if not platform.startswith("linux"):
        return None
    chosen = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    display, wayland = environment.get("DISPLAY", ""), environment.get("WAYLAND_DISPLAY", "")
    if not (chosen or display or wayland):
        return "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    uses_x11 = chosen == "xcb" or (not chosen and not wayland)
    missing = _packages_of_missing(_ANY_WINDOW + (_X11_WINDOW if uses_x11 else ()))
    if missing:
        return f"Qt needs system packages that are not installed here; apt-get install {' '.join(missing)} brings them."
    if uses_x11 and not _x_server_answers(display):
        return (
            f"The display “{display}” cannot be opened." if display else "There is no display here: DISPLAY is not set."
        )
    return None


def _packages_of_missing(libraries: Iterable[tuple[str, str]]) -> list[str]:
    return [package for library, package in libraries if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _x_server_answers(display: str) -> bool:
    """Connects as Qt's plugin will, the authority file included, and hangs up."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    is_refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_refused
