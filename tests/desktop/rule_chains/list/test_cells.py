"""What the cells of the list say."""

from datetime import timedelta

import pytest

from ss_admin.desktop.rule_chains.list.cells import Column, cell_spoken, cell_text, cell_tooltip, state_words
from tests.support.sample_chains import NOW, sample_detail


@pytest.mark.parametrize(
    ("rate", "words"), [(None, "–"), (0.985, "98.5 %"), (1.0, "100 %"), (0.9999, "99.9 %"), (0.0, "0 %"), (0.5, "50 %")]
)
def test_the_rate_is_rounded_down_so_that_100_means_every_run(rate, words):
    assert cell_text(sample_detail(success_rate=rate), Column.SUCCESS_RATE, NOW) == words


def test_the_last_run_is_told_as_how_long_ago():
    chain = sample_detail(last_run_at=NOW - timedelta(minutes=2))
    assert cell_text(chain, Column.LAST_RUN, NOW) == "2 minutes ago"
    assert "2026-11-23 11:58:00 UTC" in cell_tooltip(chain, Column.LAST_RUN)
    assert cell_text(sample_detail(last_run_at=None), Column.LAST_RUN, NOW) == "Never"


def test_the_tooltip_says_how_many_runs_the_rate_stands_for():
    assert cell_tooltip(sample_detail(), Column.SUCCESS_RATE).startswith("197 of 200 runs succeeded")
    assert "no runs" in cell_tooltip(sample_detail(success_rate=None, runs=0), Column.SUCCESS_RATE)


def test_what_partners_get_is_told_for_each_state():
    assert "rulechain_disabled" in state_words(sample_detail(enabled=False))
    assert "rulechain_not_external" in state_words(sample_detail(is_external=False))
    assert "Partners can call it" in state_words(sample_detail())


def test_every_cell_has_words_for_a_screen_reader():
    for chain in (sample_detail(), sample_detail(description="", success_rate=None, last_run_at=None)):
        assert all(cell_spoken(chain, column, NOW) for column in Column)
