"""Every kind of signal is put into words, and nothing is offered that cannot be done."""

import pytest

from ss_admin.contract.signals import Severity, SignalBadge, SignalKind
from ss_admin.desktop.widgets.signals.signal_words import (
    SEVERITY_WORDS,
    SIGNAL_WORDS,
    SignalAnswer,
    answers_to,
    attention_words,
    badges_spoken,
    gravest,
    kind_count,
)
from tests.support.sample_signals import sample_signal


@pytest.mark.parametrize("kind", SignalKind)
def test_every_kind_says_what_it_is_what_it_means_and_what_to_do(kind: SignalKind) -> None:
    told = SIGNAL_WORDS[kind]
    assert told.title
    assert told.meaning.endswith(".")
    assert kind_count(kind, 1).startswith("1 key ")
    assert kind_count(kind, 1204).startswith("1,204 keys ")
    assert [answer.answer for answer in told.answers][-1] is SignalAnswer.OPEN
    assert len(told.answers) >= 2


def test_severities_differ_in_shape_as_well_as_in_colour() -> None:
    assert set(SEVERITY_WORDS) == set(Severity)
    assert len({told.icon for told in SEVERITY_WORDS.values()}) == len(Severity)
    assert len({told.badge for told in SEVERITY_WORDS.values()}) == len(Severity)


def test_the_gravest_severity_marks_the_key_and_every_signal_is_told() -> None:
    badges = [
        SignalBadge(kind=SignalKind.NEVER_EXPIRES, severity=Severity.NOTE),
        SignalBadge(kind=SignalKind.SPIKE, severity=Severity.ALERT),
    ]
    assert gravest(badges) is Severity.ALERT
    assert gravest([]) is None
    assert badges_spoken(badges) == "Never expires, Unusual spike"
    assert attention_words(badges).splitlines() == [
        "Needs attention:",
        "•  Never expires (when there is time)",
        "•  Unusual spike (look at it now)",
    ]
    assert attention_words([]) == ""


def test_a_deleted_key_leaves_nothing_to_do_and_an_open_one_is_not_opened_again() -> None:
    assert answers_to(sample_signal(1, SignalKind.USED_AFTER_END, is_deleted=True)) == ()
    on_its_page = answers_to(sample_signal(1), on_its_page=True)
    assert [answer.answer for answer in on_its_page] == [SignalAnswer.SET_EXPIRY]
