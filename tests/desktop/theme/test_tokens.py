"""Colours: enough contrast in both themes, and nothing left out of the pairs that are checked."""

from dataclasses import fields

import pytest

from ss_admin.desktop.theme.tokens import DARK, LIGHT, OUTLINE_PAIRS, TEXT_PAIRS, Tokens, contrast_ratio


def test_contrast_ratio_is_that_of_the_standard():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast_ratio("#ffffff", "#777777") == contrast_ratio("#777777", "#ffffff")


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_reaches_the_contrast_of_aa(tokens: Tokens, text: str, ground: str):
    assert contrast_ratio(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("outline", "ground"), OUTLINE_PAIRS)
def test_outlines_and_focus_rings_are_told_from_their_ground(tokens: Tokens, outline: str, ground: str):
    assert contrast_ratio(getattr(tokens, outline), getattr(tokens, ground)) >= 3


def test_every_text_colour_is_checked():
    checked = {text for text, _ in TEXT_PAIRS}
    colours = {field.name for field in fields(Tokens) if field.name.endswith("_fg") or field.name.startswith("on_")}
    assert colours | {"text", "text_dimmed", "text_disabled"} <= checked


def test_both_themes_differ_in_colours_only():
    lengths = [field.name for field in fields(Tokens) if isinstance(getattr(LIGHT, field.name), int)]
    assert lengths
    assert all(getattr(LIGHT, name) == getattr(DARK, name) for name in lengths)
