import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from ss_admin.desktop.key_page.chart.series import Series
from ss_admin.desktop.key_page.chart.textures import paint_part
from ss_admin.desktop.theme.theme import Theme


def grey_picture(series: Series, theme: Theme, ratio: int) -> tuple[bool, ...]:
    """What is seen of a part without its colour: where it is the ground, where not."""
    image = QImage(20 * ratio, 40 * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.colour("surface"))
    painter = QPainter(image)
    paint_part(painter, QRectF(0, 0, 20, 40), series, theme)
    painter.end()
    ground = QColor(theme.tokens.surface).lightness()
    return tuple(
        abs(image.pixelColor(x, y).lightness() - ground) < 20
        for x in range(image.width())
        for y in range(image.height())
    )


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_kinds_of_calls_are_told_apart_without_their_colours(theme: Theme, theme_name, ratio: int) -> None:
    theme.force(theme_name)
    pictures = {series: grey_picture(series, theme, ratio) for series in Series}
    assert not any(pictures[Series.ADMITTED])
    for one in Series:
        for other in Series:
            if one is not other:
                differing = sum(a != b for a, b in zip(pictures[one], pictures[other], strict=True))
                assert differing > len(pictures[one]) / 10, (one, other)
