"""The page's head keeps its buttons whole, and does not move when keys are checked."""

import pytest

from ss_admin.desktop.api_keys.page_head import PageHead
from ss_admin.desktop.theme.theme import Theme


@pytest.fixture
def head(qtbot, theme: Theme) -> PageHead:
    made = PageHead(theme=theme)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize("width", [596, 800, 976, 1600])
def test_every_button_is_whole_at_every_width(head: PageHead, qtbot, width: int) -> None:
    head.show_checked(100_000)
    head.resize(width, head.sizeHint().height())
    for button in (head.delete_button, head.disable_button, head.enable_button, head.export_button, head.create_button):
        qtbot.waitUntil(lambda button=button: button.width() >= button.sizeHint().width())
        assert button.geometry().right() < width


@pytest.mark.parametrize("width", [596, 800, 976])
def test_checking_a_key_moves_nothing_below(head: PageHead, width: int) -> None:
    head.resize(width, 100)
    before = head.sizeHint().height()
    head.show_checked(3)
    head.resize(width, 101)
    assert head.sizeHint().height() == before
