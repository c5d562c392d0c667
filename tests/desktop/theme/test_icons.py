"""Every icon that the desktop asks for is in the icon font: a wrong name would only be noticed when it is painted."""

import re
from pathlib import Path

import pytest

import ss_admin.desktop
from ss_admin.desktop.theme.theme import Theme

SOURCES = sorted(Path(ss_admin.desktop.__file__).parent.rglob("*.py"))
NAMES = sorted({name for source in SOURCES for name in re.findall(r'"(ph\.[a-z0-9-]+)"', source.read_text("utf-8"))})


@pytest.mark.parametrize("name", NAMES)
def test_the_icon_font_has_it(theme: Theme, name: str):
    assert not theme.icon(name).isNull()


def test_a_name_that_the_font_does_not_have_is_refused_at_once(theme: Theme):
    with pytest.raises(Exception, match="no-such-icon"):
        theme.icon("ph.no-such-icon")
