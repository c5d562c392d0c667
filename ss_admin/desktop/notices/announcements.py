"""What there is to tell of keys, each once, and the words of one message about all that is new. No Qt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.contract.signals import Severity, Signal, SignalKind
from ss_admin.contract.working_days import working_days_until
from ss_admin.desktop.moments import local_minute
from ss_admin.desktop.widgets.signals.signal_words import SIGNAL_WORDS

__all__ = ["TOLD_KINDS", "Announcement", "News", "announce", "attention_count", "news_of_expiries", "news_of_signals"]

_STAGES = (1, 3, 7)
"""A key's expiry is told of this many working days before it, or as soon as somebody can be told afterwards."""
_MOST_NAMES = 3
_NAME_CHARACTERS = 60

TOLD_KINDS = (
    SignalKind.USED_AFTER_END,
    SignalKind.SPIKE,
    SignalKind.FAILED_AUTHENTICATIONS,
    SignalKind.NEW_ADDRESS,
    SignalKind.OFTEN_LIMITED,
)
"""The kinds of signals that may be more than a note; a coming expiry is told by its working days instead."""

_EVIDENCE_FACTS: Mapping[SignalKind, str] = {
    SignalKind.SPIKE: "began_at",
    SignalKind.NEW_ADDRESS: "address",
    SignalKind.FAILED_AUTHENTICATIONS: "day",
}
"""The fact that is another one where the evidence is new; of the other kinds it is the day of the latest evidence."""


@dataclass(frozen=True)
class News:
    """One thing worth telling of a key. `news_id` is the same as long as it is the same thing."""

    news_id: str
    api_key_id: str
    key_name: str
    is_expiry: bool
    words: str


@dataclass(frozen=True)
class Announcement:
    """One message. `api_key_id` is the key that it is about, None where it is about several."""

    title: str
    text: str
    api_key_id: str | None


def news_of_signals(signals: Iterable[Signal]) -> list[News]:
    """Open signals that want to be looked at now or in these days. New evidence, or a graver look of it, is news.

    Coming expiries are told of by the calendar.
    """
    return [
        News(
            f"signal:{signal.id}:{signal.severity}:{_evidence_of(signal)}",
            signal.api_key.id,
            signal.api_key.name,
            is_expiry=False,
            words=f"{SIGNAL_WORDS[signal.kind].title}. {signal.evidence}",
        )
        for signal in signals
        if signal.severity is not Severity.NOTE and signal.kind in TOLD_KINDS and signal.acknowledged is None
    ]


def news_of_expiries(keys: Iterable[ApiKey], now: datetime) -> list[News]:
    """Keys in use that expire within seven working days, counted in local days. Each stage is news of its own."""
    news = []
    for key in keys:
        if key.expires_at is None or key.expires_at <= now or key.status is not ApiKeyStatus.ACTIVE:
            continue
        left = working_days_until(_local_day(now), _local_day(key.expires_at))
        stage = next((stage for stage in _STAGES if left <= stage), None)
        if stage is not None:
            news_id = f"expiry:{key.id}:{key.expires_at.isoformat()}:{stage}"
            words = f"It expires {_days_left(left)}, on {local_minute(key.expires_at)}."
            news.append(News(news_id, key.id, key.name, is_expiry=True, words=words))
    return news


def announce(news: Sequence[News]) -> Announcement | None:
    """One message about all of `news`; None where there is none."""
    if not news:
        return None
    ids = list(dict.fromkeys(item.api_key_id for item in news))
    if len(ids) == 1:
        verb = "expires soon" if all(item.is_expiry for item in news) else "needs attention"
        words = "\n".join(item.words for item in news)
        return Announcement(f"{_named(news[0].key_name)} {verb}", _plain(words), ids[0])
    troubled = _names(item for item in news if not item.is_expiry)
    expiring = _names(item for item in news if item.is_expiry)
    parts = (
        _count_words(len(troubled), "needs attention", "need attention"),
        _count_words(len(expiring), "expires soon", "expire soon"),
    )
    title = ", ".join(filter(None, parts))
    names = list({**troubled, **expiring}.values())
    more = len(ids) - _MOST_NAMES
    told = ", ".join(map(_named, names[:_MOST_NAMES])) + (f" and {more:,} more" if more > 0 else "")
    return Announcement(title, told, None)


def attention_count(keys: int) -> str:
    """“2 keys need attention”; “No key needs attention”."""
    return _count_words(keys, "needs attention", "need attention") or "No key needs attention"


def _evidence_of(signal: Signal) -> str:
    fact = signal.facts.get(_EVIDENCE_FACTS.get(signal.kind, ""))
    return fact if isinstance(fact, str) else f"{signal.evidence_at.astimezone(UTC):%Y-%m-%d}"


def _names(news: Iterable[News]) -> dict[str, str]:
    return {item.api_key_id: item.key_name for item in news}


def _count_words(keys: int, one: str, many: str) -> str:
    return "" if keys == 0 else f"1 key {one}" if keys == 1 else f"{keys:,} keys {many}"


def _days_left(days: int) -> str:
    if days == 0:
        return "before the next working day"
    return "in 1 working day" if days == 1 else f"in {days} working days"


def _local_day(moment: datetime) -> date:
    return moment.astimezone().date()


def _named(name: str) -> str:
    short = name if len(name) <= _NAME_CHARACTERS else f"{name[: _NAME_CHARACTERS - 1].rstrip()}…"
    return f"“{_plain(short)}”"


def _plain(text: str) -> str:
    """Some desktops take a notice's text for markup: what people called a key must not become any."""
    return text.replace("<", "‹").replace(">", "›")
