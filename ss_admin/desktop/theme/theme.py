"""The theme as the application wears it: palette, style sheet, fonts, icons; it follows the system while running."""

import sys
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTemporaryDir, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from qtawesome import icon as glyph_icon  # type: ignore[import-untyped]
from typing_extensions import override

from ss_admin.desktop.theme.tokens import DARK, LIGHT, ThemeName, Tokens
from ss_admin.resource_files import resource_path

__all__ = ["Theme"]


class Theme(QObject):
    """Colours, fonts and icons of the theme in force; `changed` is emitted when the system turns light or dark."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._forced: ThemeName | None = None
        self._app: QApplication | None = None
        self._glyphs: dict[tuple[str, str], QIcon] = {}
        self._controls = QTemporaryDir()
        self._tokens = self._wanted_tokens()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)

    @property
    def tokens(self) -> Tokens:
        """The tokens in force. They change with the theme: read them when painting, do not keep them."""
        return self._tokens

    def colour(self, role: str) -> QColor:
        """The colour token called `role`, such as `text_dimmed`."""
        return QColor(getattr(self._tokens, role))

    def icon(self, name: str, role: str = "text") -> QIcon:
        """The qtawesome icon `name` (`ph.key`) in the colour of `role`; it recolours itself with the theme.

        A name that the icon font does not have is refused here, not when it is painted.
        """
        self.glyph(name, getattr(self._tokens, role))
        return QIcon(_ThemedIconEngine(self, name, role))

    def glyph(self, name: str, colour: str) -> QIcon:
        """The qtawesome icon `name` in one fixed colour, drawn once and kept."""
        if (name, colour) not in self._glyphs:
            self._glyphs[name, colour] = glyph_icon(name, color=colour, color_disabled=colour)
        return self._glyphs[name, colour]

    def product_mark(self) -> QIcon:
        """The product's mark, sharp at every size."""
        return QIcon(str(resource_path("icons", "product-mark.svg")))

    def paint_product_mark(self, painter: QPainter, rect: QRect) -> None:
        """Paints the product's mark into `rect`."""
        QSvgRenderer(str(resource_path("icons", "product-mark.svg"))).render(painter, rect)

    def font(self, size: int | None = None, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The font for words, `size` in pixels (default: body)."""
        font = QFont(QApplication.font())
        if sys.platform.startswith("linux") and QFontDatabase.hasFamily("Inter"):
            font.setFamilies(["Inter"])
        font.setPixelSize(size or self._tokens.body)
        font.setWeight(weight)
        return font

    def mono_font(self, size: int | None = None) -> QFont:
        """The font for keys, JSON and commands, `size` in pixels (default: body)."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        if sys.platform.startswith("linux") and QFontDatabase.hasFamily("JetBrains Mono"):
            font.setFamilies(["JetBrains Mono"])
        if not QFontInfo(font).fixedPitch():
            font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(size or self._tokens.body)
        return font

    def apply_to(self, app: QApplication) -> None:
        """Dresses `app`, now and whenever the theme changes."""
        self._app = app
        app.setStyle("Fusion")
        app.setWindowIcon(self.product_mark())
        app.setFont(self.font())
        self._dress()

    def force(self, name: ThemeName | None) -> None:
        """Wears the theme `name` whatever the system says; None follows the system again."""
        self._forced = name
        self._follow()

    def _wanted_tokens(self) -> Tokens:
        if self._forced is not None:
            return DARK if self._forced == "dark" else LIGHT
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _follow(self) -> None:
        wanted = self._wanted_tokens()
        if wanted is self._tokens:
            return
        self._tokens = wanted
        self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        if self._app is None:
            return
        self._app.setPalette(_palette(self._tokens))
        self._app.setStyleSheet(self._style_sheet())

    def _style_sheet(self) -> str:
        template = Template(resource_path("styles", "app.qss").read_text(encoding="utf-8"))
        return template.substitute(self._tokens.placeholders(), icons=self._control_icons().as_posix())

    def _control_icons(self) -> Path:
        """The folder of this theme's small control icons (arrows, ticks), drawn on first use."""
        folder = Path(self._controls.path()) / self._tokens.name
        if not folder.is_dir():
            folder.mkdir()
            for source in resource_path("icons", "controls").glob("*.svg"):
                drawn = Template(source.read_text(encoding="utf-8")).substitute(self._tokens.placeholders())
                (folder / source.name).write_text(drawn, encoding="utf-8")
        return folder


class _ThemedIconEngine(QIconEngine):
    """Paints a glyph in the colour that its role has at the moment of painting."""

    def __init__(self, theme: Theme, name: str, role: str) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._role = role

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = "text_disabled" if mode == QIcon.Mode.Disabled else self._role
        colour = getattr(self._theme.tokens, role)
        self._theme.glyph(self._name, colour).paint(
            painter, rect, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal, state
        )

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        if size.isEmpty():  # a button that a layout has squeezed for a moment
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    @override
    def actualSize(self, size: QSize, _mode: QIcon.Mode, _state: QIcon.State) -> QSize:
        return size

    @override
    def clone(self) -> QIconEngine:
        return _ThemedIconEngine(self._theme, self._name, self._role)


def _palette(tokens: Tokens) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: tokens.canvas,
        QPalette.ColorRole.WindowText: tokens.text,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.surface_sunken,
        QPalette.ColorRole.Text: tokens.text,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ButtonText: tokens.text,
        QPalette.ColorRole.BrightText: tokens.on_danger,
        QPalette.ColorRole.PlaceholderText: tokens.text_dimmed,
        QPalette.ColorRole.ToolTipBase: tokens.tooltip_bg,
        QPalette.ColorRole.ToolTipText: tokens.tooltip_fg,
        QPalette.ColorRole.Highlight: tokens.accent,
        QPalette.ColorRole.HighlightedText: tokens.on_accent,
        QPalette.ColorRole.Accent: tokens.accent,
        QPalette.ColorRole.Link: tokens.accent_fg,
        QPalette.ColorRole.LinkVisited: tokens.accent_fg,
        QPalette.ColorRole.Light: tokens.surface_raised,
        QPalette.ColorRole.Midlight: tokens.surface_hover,
        QPalette.ColorRole.Mid: tokens.border_strong,
        QPalette.ColorRole.Dark: tokens.border_strong,
        QPalette.ColorRole.Shadow: tokens.border,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.text_disabled))
    return palette
