"""Looks after the keys about every minute while somebody is signed in, and says once what is new."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.errors import ClientError, SessionEnded, TenantAdminRequired
from ss_admin.client.signals import SignalQuery, SignalsClient
from ss_admin.contract.api_keys import ApiKeySort
from ss_admin.contract.signals import SignalCounts, SignalKind
from ss_admin.desktop.background import Background, Task
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.notices.announcements import (
    TOLD_KINDS,
    Announcement,
    News,
    announce,
    news_of_expiries,
    news_of_signals,
)
from ss_admin.desktop.notices.told import ToldNews

__all__ = ["KeyWatch", "Watched"]

FIRST_LOOK_MS = 5_000
LOOK_MS = 60_000
LONGEST_PAUSE_MS = 15 * 60_000
_MOST_OF_A_KIND = 200
_MOST_EXPIRING = 500


@dataclass(frozen=True)
class Watched:
    """Whose keys are looked after, and what the person was told of."""

    signals: SignalsClient
    api_keys: ApiKeysClient
    told: ToldNews


@dataclass(frozen=True)
class _Seen:
    announcement: Announcement | None
    keys: int


class KeyWatch(QObject):
    """`due` carries an `Announcement`, `counted` how many keys need attention.

    `refused` carries the `ClientError` where the session is over, or the person may not look any more. While the
    server is away the pauses grow up to a quarter of an hour. It is quiet from `stop` on, and once the session is
    over: whoever signs in again starts it again.
    """

    due = Signal(object)
    counted = Signal(int)
    refused = Signal(object)

    def __init__(self, background: Background, *, clock: Clock = utc_now, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._clock = clock
        self._watched: Watched | None = None
        self._task: Task | None = None
        self._pause = LOOK_MS
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)

    @property
    def pause_ms(self) -> int:
        """Milliseconds from one look to the next."""
        return self._pause

    @property
    def is_watching(self) -> bool:
        """Whether there is somebody to be told."""
        return self._watched is not None

    def start(self, watched: Watched) -> None:
        """Looks for the first time in a few seconds."""
        self.stop()
        self._watched = watched
        self._timer.start(FIRST_LOOK_MS)

    def stop(self) -> None:
        """Says nothing any more."""
        self._watched = None
        self._pause = LOOK_MS
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def look(self) -> None:
        """Looks now, unless it does already."""
        watched = self._watched
        if watched is None or self._task is not None:
            return
        self._timer.stop()
        now = self._clock()

        def see() -> _Seen:
            counts = watched.signals.counts()
            news = _read_news(watched, counts, now)
            new = watched.told.claim([item.news_id for item in news])
            return _Seen(announce([item for item in news if item.news_id in new]), counts.api_keys)

        self._task = self._background.run(see, owner=self, done=self._on_seen, failed=self._on_failed)

    def _on_seen(self, seen: _Seen) -> None:
        self._task = None
        self._pause = LOOK_MS
        self._timer.start(self._pause)
        self.counted.emit(seen.keys)
        if seen.announcement is not None:
            self.due.emit(seen.announcement)

    def _on_failed(self, error: ClientError) -> None:
        self._task = None
        if isinstance(error, SessionEnded | TenantAdminRequired):
            self.stop()
            self.refused.emit(error)
            return
        self._pause = min(2 * self._pause, LONGEST_PAUSE_MS)
        self._timer.start(self._pause)


def _read_news(watched: Watched, counts: SignalCounts, now: datetime) -> list[News]:
    """Asks for the kinds that are open alone: of each the newest, and of the keys that expire the next."""
    news: list[News] = []
    for kind in TOLD_KINDS:
        if kind in counts.by_kind:
            query = SignalQuery(kind=kind, acknowledged=False)
            news += news_of_signals(watched.signals.list_page(query, limit=_MOST_OF_A_KIND).items)
    if SignalKind.EXPIRES_SOON in counts.by_kind:
        soonest = ApiKeyQuery(signal=SignalKind.EXPIRES_SOON, sort=ApiKeySort.EXPIRES_AT, descending=False)
        news += news_of_expiries(watched.api_keys.list_page(soonest, limit=_MOST_EXPIRING).items, now)
    return news
