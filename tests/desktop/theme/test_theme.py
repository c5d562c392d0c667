"""The theme: every placeholder is filled, it follows the system, and icons recolour themselves."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.theme.tokens import DARK, LIGHT


def colours_of(icon: QIcon) -> set[str]:
    image: QImage = icon.pixmap(QSize(32, 32)).toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_the_style_sheet_has_no_placeholder_left(theme: Theme):
    assert "$" not in QApplication.instance().styleSheet()


def test_the_theme_turns_dark_and_back_and_says_so(theme: Theme, qtbot):
    with qtbot.waitSignal(theme.changed):
        theme.force("dark")
    assert theme.tokens is DARK
    assert QApplication.instance().palette().window().color() == QColor(DARK.canvas)
    with qtbot.waitSignal(theme.changed):
        theme.force("light")
    assert theme.tokens is LIGHT


def test_the_theme_follows_the_system_while_running(theme: Theme, qtbot):
    hints = QApplication.styleHints()
    theme.force(None)
    try:
        hints.setColorScheme(Qt.ColorScheme.Dark)
        qtbot.waitUntil(lambda: hints.colorScheme() != Qt.ColorScheme.Dark or theme.tokens is DARK)
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert theme.tokens is (DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT)
    finally:
        hints.unsetColorScheme()


def test_an_icon_made_in_one_theme_wears_the_colour_of_the_other(theme: Theme):
    icon = theme.icon("ph.key", "danger_fg")
    assert LIGHT.danger_fg in colours_of(icon)
    theme.force("dark")
    assert colours_of(icon) >= {DARK.danger_fg}
    assert LIGHT.danger_fg not in colours_of(icon)


def test_the_product_mark_is_drawn(theme: Theme):
    assert len(colours_of(theme.product_mark())) > 3
