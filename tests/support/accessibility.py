"""Walks a widget tree and says which controls a screen reader, a keyboard or a test could not find."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QWidget

__all__ = ["assert_accessible", "find_focusable"]


def find_focusable(root: QWidget) -> list[QWidget]:
    """Every control under `root` that takes the focus and is meant for people, `root` itself included.

    Left out are the inner parts that Qt makes for itself (the line edit of a spin box, a scroll area's viewport).
    """
    return [widget for widget in (root, *root.findChildren(QWidget)) if _is_control(widget)]


def assert_accessible(root: QWidget) -> None:
    """Every focusable control has an accessible name and an objectName, and no two share an objectName."""
    controls = find_focusable(root)
    nameless = [_describe(control) for control in controls if not _accessible_name(control)]
    assert not nameless, f"without an accessible name: {nameless}"
    unfindable = [_describe(control) for control in controls if not control.objectName()]
    assert not unfindable, f"without an objectName: {unfindable}"
    names = [control.objectName() for control in controls]
    doubles = sorted({name for name in names if names.count(name) > 1})
    assert not doubles, f"objectNames used twice: {doubles}"


def _is_control(widget: QWidget) -> bool:
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None:
        return False
    if widget.isWindow() and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
        return False
    return not _is_inner_part(widget)


def _is_inner_part(widget: QWidget) -> bool:
    if widget.objectName().startswith("qt_"):
        return True
    ancestor = widget.parentWidget()
    while ancestor is not None:
        if isinstance(ancestor, QAbstractSpinBox | QComboBox):
            return True
        ancestor = ancestor.parentWidget()
    return False


def _accessible_name(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def _describe(widget: QWidget) -> str:
    parent = widget.parentWidget()
    place = f" in {parent.objectName() or type(parent).__name__}" if parent is not None else ""
    return f"{type(widget).__name__} “{widget.objectName() or widget.accessibleName()}”{place}"
