"""Signals in words: what each kind is called, what it means, and what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ss_admin.contract.signals import Severity, Signal, SignalBadge, SignalKind
from ss_admin.desktop.widgets.badge import BadgeKind

__all__ = [
    "SEVERITY_WORDS",
    "SIGNAL_WORDS",
    "AnswerWords",
    "SeverityWords",
    "SignalAnswer",
    "SignalWords",
    "answers_to",
    "attention_words",
    "badges_spoken",
    "gravest",
    "kind_count",
]


class SignalAnswer(StrEnum):
    """What can be done about a signal with one click; acknowledging it is told apart."""

    DISABLE = "disable"
    EDIT = "edit"
    SET_EXPIRY = "set_expiry"
    REPLACE = "replace"
    OPEN = "open"


@dataclass(frozen=True)
class AnswerWords:
    """An answer, and what its button says for this kind of signal."""

    answer: SignalAnswer
    label: str


@dataclass(frozen=True)
class SignalWords:
    """A kind of signal: its title, one key and many keys that have it (`{}`: the number), and what it means.

    `usually`: how grave it mostly is, for where the kind is spoken of and no signal of it is at hand.
    """

    title: str
    one: str
    many: str
    meaning: str
    usually: Severity
    answers: tuple[AnswerWords, ...]


@dataclass(frozen=True)
class SeverityWords:
    """How soon a signal wants to be looked at; the badge's colours and the icon's name."""

    label: str
    badge: BadgeKind
    icon: str


_DISABLE = AnswerWords(SignalAnswer.DISABLE, "Disable")
_REPLACE = AnswerWords(SignalAnswer.REPLACE, "Create a replacement…")
_SET_EXPIRY = AnswerWords(SignalAnswer.SET_EXPIRY, "Set expiry…")
_OPEN = AnswerWords(SignalAnswer.OPEN, "Open key")

SEVERITY_WORDS: Mapping[Severity, SeverityWords] = {
    Severity.ALERT: SeverityWords("Look at it now", "danger", "ph.warning-octagon"),
    Severity.WARNING: SeverityWords("Look at it in these days", "warning", "ph.warning"),
    Severity.NOTE: SeverityWords("When there is time", "neutral", "ph.info"),
}
"""The icons differ in shape as well as in colour."""

_GRAVITY = {severity: place for place, severity in enumerate(SEVERITY_WORDS)}

SIGNAL_WORDS: Mapping[SignalKind, SignalWords] = {
    SignalKind.USED_AFTER_END: SignalWords(
        "Used after its end",
        "1 key used after its end",
        "{} keys used after their end",
        "Calls still come with this key although it was disabled, has expired or was deleted. They are refused. Either "
        "an application was forgotten, or the key is in the wrong hands: ask its user which.",
        Severity.ALERT,
        (_REPLACE, _OPEN),
    ),
    SignalKind.SPIKE: SignalWords(
        "Unusual spike",
        "1 key with an unusual spike",
        "{} keys with an unusual spike",
        "Far more calls than this key makes at this hour of the week. An application may be caught in a loop, or "
        "somebody else uses the key. If its user cannot explain it, disable the key.",
        Severity.ALERT,
        (_DISABLE, AnswerWords(SignalAnswer.EDIT, "Change limit…"), _OPEN),
    ),
    SignalKind.NEW_ADDRESS: SignalWords(
        "New address",
        "1 key called from a new address",
        "{} keys called from new addresses",
        "Calls come from an address that this key was never used from. If its user does not know the address, disable "
        "the key. If only some networks should call, limit the key to them.",
        Severity.WARNING,
        (_DISABLE, AnswerWords(SignalAnswer.EDIT, "Limit addresses…"), _OPEN),
    ),
    SignalKind.FAILED_AUTHENTICATIONS: SignalWords(
        "Many failed authentications",
        "1 key with many failed authentications",
        "{} keys with many failed authentications",
        "Many calls with this key, or from the addresses that it is used from, were refused because the key was not "
        "valid. An application may hold an old or mistyped key, or somebody is trying keys.",
        Severity.ALERT,
        (_REPLACE, _DISABLE, _OPEN),
    ),
    SignalKind.OFTEN_LIMITED: SignalWords(
        "Often at its limit",
        "1 key often at its limit",
        "{} keys often at their limit",
        "Calls with this key were refused in several hours because it reached its rate limit. Either the limit is too "
        "low for what the application does, or the application calls more often than it needs to.",
        Severity.WARNING,
        (AnswerWords(SignalAnswer.EDIT, "Change limit…"), _OPEN),
    ),
    SignalKind.EXPIRES_SOON: SignalWords(
        "Expires within 7 working days",
        "1 key expires soon",
        "{} keys expire soon",
        "From that moment on every call with this key is refused. Create a replacement and hand it over in time, or "
        "set a later expiry.",
        Severity.WARNING,
        (_REPLACE, _SET_EXPIRY, _OPEN),
    ),
    SignalKind.NEVER_EXPIRES: SignalWords(
        "Never expires",
        "1 key never expires",
        "{} keys never expire",
        "A key without an expiry date works until somebody disables it, also for whoever finds it in years to come.",
        Severity.NOTE,
        (_SET_EXPIRY, _OPEN),
    ),
    SignalKind.OLD: SignalWords(
        "Older than 90 days",
        "1 key older than 90 days",
        "{} keys older than 90 days",
        "Keys should be replaced every 90 days: the longer one is in use, the more places it may have got to.",
        Severity.NOTE,
        (_REPLACE, _OPEN),
    ),
    SignalKind.UNUSED: SignalWords(
        "Unused for 90 days",
        "1 key unused for 90 days",
        "{} keys unused for 90 days",
        "Nobody has called with this key for 90 days. A key that nobody needs is only a risk; disabled, it can be "
        "enabled again at any time.",
        Severity.NOTE,
        (_DISABLE, _OPEN),
    ),
}
"""After the article's monitoring indicators and its advice on rotation."""


def answers_to(signal: Signal, *, on_its_page: bool = False) -> tuple[AnswerWords, ...]:
    """What can be done about `signal`, the likeliest first; a deleted key leaves nothing to do.

    `on_its_page`: the key is open already.
    """
    if signal.api_key.is_deleted:
        return ()
    offered = SIGNAL_WORDS[signal.kind].answers
    return tuple(words for words in offered if not (on_its_page and words.answer is SignalAnswer.OPEN))


def kind_count(kind: SignalKind, number: int) -> str:
    """“1 key never expires”, “1,204 keys never expire”."""
    words = SIGNAL_WORDS[kind]
    return words.one if number == 1 else words.many.format(f"{number:,}")


def gravest(badges: Sequence[SignalBadge]) -> Severity | None:
    """The gravest of a key's open signals; None where there is none."""
    return min((badge.severity for badge in badges), key=_GRAVITY.__getitem__, default=None)


def attention_words(badges: Sequence[SignalBadge]) -> str:
    """What the tooltip of a key's mark says, a line for each open signal; empty where there is none."""
    if not badges:
        return ""
    lines = (
        f"•  {SIGNAL_WORDS[badge.kind].title} ({SEVERITY_WORDS[badge.severity].label.lower()})" for badge in badges
    )
    return "\n".join(("Needs attention:", *lines))


def badges_spoken(badges: Sequence[SignalBadge]) -> str:
    """A key's open signals in words: “Unusual spike, New address”; empty where there is none."""
    return ", ".join(SIGNAL_WORDS[badge.kind].title for badge in badges)
