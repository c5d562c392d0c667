"""“Expires”: choices, custom date and words, as they stand on the screen."""

# ruff: noqa: DTZ001 -- the time on a wall has no zone

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from ss_admin.desktop.api_keys.editor.expiry_choice import ExpiryChoice, ExpiryOption
from ss_admin.desktop.api_keys.editor.expiry_field import NEVER_WARNING, ExpiryField
from tests.support.sample_keys import sample_key

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def field(qtbot, theme, clock):
    field = ExpiryField(theme=theme, zone=ZONE)
    qtbot.addWidget(field)
    field.show()
    return field


def entries(field):
    return [field.options.itemText(row) for row in range(field.options.count())]


def test_choices_are_those_of_the_article_with_30_days_chosen(field):
    assert entries(field) == ["Never expires", "1 day", "7 days", "30 days", "90 days", "Custom date"]
    assert field.choice() == ExpiryChoice(ExpiryOption.THIRTY_DAYS)
    assert field.hint.text == "Expires on Wednesday, 23 December 2026 at 14:00 CET, in 30 days"


def test_words_move_on_with_the_time(field, clock, qtbot):
    clock.shift(timedelta(hours=2))
    field._tell()
    assert "16:00 CET" in field.hint.text


def test_never_is_warned_of(field):
    field.options.setCurrentText("Never expires")
    assert (field.hint.kind, field.hint.text) == ("warning", NEVER_WARNING)
    field.options.setCurrentText("7 days")
    assert field.hint.kind == "plain"


def test_custom_date_begins_at_the_default_and_names_its_zone(field):
    assert field.wall_time.isHidden()
    field.options.setCurrentText("Custom date")
    assert not field.wall_time.isHidden()
    assert field.choice() == ExpiryChoice(ExpiryOption.CUSTOM, datetime(2026, 12, 23, 14, 0))
    assert field.zone_label.text() == "Europe/Berlin (CET)"


def test_custom_date_that_was_entered_comes_back(field):
    field.options.setCurrentText("Custom date")
    field._set_wall_time(datetime(2027, 3, 1, 8, 30))
    field.options.setCurrentText("1 day")
    field.options.setCurrentText("Custom date")
    assert field.choice().wall_time == datetime(2027, 3, 1, 8, 30)


@pytest.mark.parametrize(
    ("wall", "words"),
    [
        (
            datetime(2027, 3, 28, 2, 30),
            (
                "Expires on Sunday, 28 March 2027 at 03:30 CEST, in 125 days. "
                "The clocks are put forward that day and skip 02:30; 03:30 CEST is meant."
            ),
        ),
        (
            datetime(2027, 10, 31, 2, 30),
            (
                "Expires on Sunday, 31 October 2027 at 02:30 CEST, in 341 days. "
                "The clocks are put back that day and 02:30 comes twice; the first, CEST, is meant."
            ),
        ),
    ],
)
def test_time_that_the_clocks_skip_or_repeat_stays_as_typed_and_is_explained(field, wall, words):
    field.options.setCurrentText("Custom date")
    field._set_wall_time(wall)
    assert field.choice().wall_time == wall
    assert field.hint.text == words


def test_editing_begins_with_keeping_the_expiry(field):
    key = sample_key(1, expires_at=datetime(2026, 12, 23, 13, 0, tzinfo=UTC))
    field.show_choice(ExpiryChoice(ExpiryOption.KEEP), key)
    assert entries(field)[0] == "Keep 2026-12-23 14:00"
    assert len(entries(field)) == 7
    assert field.choice().option is ExpiryOption.KEEP
    assert field.hint.text.startswith("Expires on Wednesday, 23 December 2026 at 14:00 CET")


def test_keeping_no_expiry_is_warned_of_as_well(field):
    field.show_choice(ExpiryChoice(ExpiryOption.KEEP), sample_key(1, expires_at=None))
    assert entries(field)[0] == "Keep: never expires"
    assert field.hint.kind == "warning"


def test_expired_key_says_that_it_has_expired(field):
    key = sample_key(1, expires_at=NOW - timedelta(days=3))
    field.show_choice(ExpiryChoice(ExpiryOption.KEEP), key)
    assert field.hint.text == "Expired on Friday, 20 November 2026 at 14:00 CET, 3 days ago"


def test_error_takes_the_place_of_the_words_and_nothing_moves(field):
    height = field.layout().totalHeightForWidth(552)
    field.options.setCurrentText("Custom date")
    field.set_error("This moment has passed. Choose one in the future.")
    assert field.hint.text == "This moment has passed. Choose one in the future."
    assert field.wall_time.property("invalid") is True
    assert field.wall_time.accessibleDescription() == "This moment has passed. Choose one in the future."
    assert field.layout().totalHeightForWidth(552) == height
    field.set_error("")
    assert field.hint.text.startswith("Expires on")


def test_field_is_as_wide_with_a_custom_date_as_without(field):
    width = field.options.width()
    field.options.setCurrentText("Custom date")
    assert field.options.width() == width
