"""The design tokens: colours of the light and the dark theme, spacing, radii and type sizes.

Colours are `#rrggbb`. Every text colour reaches 4.5:1 on every background that `TEXT_PAIRS` puts it on,
and every outline of a control 3:1 on its surface (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

__all__ = ["DARK", "LIGHT", "OUTLINE_PAIRS", "TEXT_PAIRS", "ThemeName", "Tokens", "contrast_ratio"]

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Tokens:
    """One theme. Lengths and type sizes are in device-independent pixels."""

    name: ThemeName
    canvas: str
    surface: str
    surface_raised: str
    surface_hover: str
    surface_sunken: str
    border: str
    border_strong: str
    text: str
    text_dimmed: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_fg: str
    accent_bg: str
    focus: str
    selection: str
    success_fg: str
    success_bg: str
    warning_fg: str
    warning_bg: str
    danger_fg: str
    danger_bg: str
    danger: str
    danger_hover: str
    danger_pressed: str
    on_danger: str
    neutral_fg: str
    neutral_bg: str
    info_fg: str
    info_bg: str
    tooltip_bg: str
    tooltip_fg: str
    scroll_thumb: str
    scroll_thumb_hover: str
    knob: str
    chart_admitted: str
    chart_limited: str
    chart_refused: str
    chart_failed: str
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741 -- the sizes are known by these letters: s, m, l, xl
    xl: int = 24
    radius: int = 6
    radius_large: int = 10
    caption: int = 12
    body: int = 13
    title: int = 18
    heading: int = 22
    row_height: int = 56

    def placeholders(self) -> Mapping[str, str]:
        """Every token by its name, as the style sheet's placeholders want them."""
        return {field.name: str(getattr(self, field.name)) for field in fields(self)}


LIGHT = Tokens(
    name="light",
    canvas="#f6f7f9",
    surface="#ffffff",
    surface_raised="#ffffff",
    surface_hover="#eff2f5",
    surface_sunken="#eef1f4",
    border="#e2e6eb",
    border_strong="#828d9a",
    text="#17202a",
    text_dimmed="#55616e",
    text_disabled="#626d79",
    accent="#0f6577",
    accent_hover="#0b5666",
    accent_pressed="#084755",
    on_accent="#ffffff",
    accent_fg="#0f6577",
    accent_bg="#e3f1f4",
    focus="#1387a0",
    selection="#dceff3",
    success_fg="#17653a",
    success_bg="#e2f4e9",
    warning_fg="#7d4c00",
    warning_bg="#fdf1d3",
    danger_fg="#a8231f",
    danger_bg="#fdeae9",
    danger="#bf2b26",
    danger_hover="#a8231f",
    danger_pressed="#8f1b18",
    on_danger="#ffffff",
    neutral_fg="#4b5763",
    neutral_bg="#eceff2",
    info_fg="#1f4f93",
    info_bg="#e7f0fd",
    tooltip_bg="#1f2933",
    tooltip_fg="#f4f6f8",
    scroll_thumb="#c3cad2",
    scroll_thumb_hover="#98a3af",
    knob="#ffffff",
    chart_admitted="#17798d",
    chart_limited="#b06d00",
    chart_refused="#bf2b26",
    chart_failed="#6d3fb0",
)

DARK = Tokens(
    name="dark",
    canvas="#0e1318",
    surface="#151b21",
    surface_raised="#1c232b",
    surface_hover="#222a33",
    surface_sunken="#10161b",
    border="#28313b",
    border_strong="#66727f",
    text="#e7ebef",
    text_dimmed="#a3afbb",
    text_disabled="#8d99a5",
    accent="#147487",
    accent_hover="#17798d",
    accent_pressed="#0f6577",
    on_accent="#ffffff",
    accent_fg="#62c7da",
    accent_bg="#12323a",
    focus="#35a9c1",
    selection="#16343d",
    success_fg="#77d39b",
    success_bg="#133022",
    warning_fg="#eec264",
    warning_bg="#362910",
    danger_fg="#ff9c95",
    danger_bg="#401b1b",
    danger="#c53a34",
    danger_hover="#b8332e",
    danger_pressed="#a52a26",
    on_danger="#ffffff",
    neutral_fg="#b3bdc8",
    neutral_bg="#28313a",
    info_fg="#94bff5",
    info_bg="#172a45",
    tooltip_bg="#e7ebef",
    tooltip_fg="#17202a",
    scroll_thumb="#3a4550",
    scroll_thumb_hover="#5c6875",
    knob="#ffffff",
    chart_admitted="#2f9db3",
    chart_limited="#e0ac45",
    chart_refused="#f2706a",
    chart_failed="#b59af5",
)

_GROUNDS = ("canvas", "surface", "surface_raised", "surface_hover", "surface_sunken", "selection")

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("text", "text_dimmed", "accent_fg") for ground in _GROUNDS),
    *(("text_disabled", ground) for ground in ("canvas", "surface", "surface_raised", "surface_sunken")),
    *((f"{kind}_fg", ground) for kind in ("danger", "warning") for ground in _GROUNDS[:4]),
    *((f"{kind}_fg", f"{kind}_bg") for kind in ("success", "warning", "danger", "neutral", "info", "accent")),
    *(
        (text, f"{kind}_bg")
        for text in ("text", "text_dimmed")
        for kind in ("success", "warning", "danger", "neutral", "info", "accent")
    ),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_pressed"),
    ("on_danger", "danger"),
    ("on_danger", "danger_hover"),
    ("on_danger", "danger_pressed"),
    ("tooltip_fg", "tooltip_bg"),
)
"""Which text token is painted on which background token."""

OUTLINE_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (outline, ground)
        for outline in ("border_strong", "focus")
        for ground in ("canvas", "surface", "surface_raised")
    ),
    *(
        (f"chart_{series}", ground)
        for series in ("admitted", "limited", "refused", "failed")
        for ground in ("surface", "surface_raised", "surface_hover")
    ),
)
"""Which outline of a control, focus ring or part of a chart stands on which background."""


def contrast_ratio(one: str, other: str) -> float:
    """The contrast of two `#rrggbb` colours by WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
