"""The signed-in person's part of the window: sidebar, banners and pages."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ClientError, ServerUnavailable, ServerUnreachable, SessionEnded, TenantAdminRequired
from ss_admin.contract.accounts import Session
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.shell.place import Place, Surroundings
from ss_admin.desktop.shell.reachability import Reachability
from ss_admin.desktop.shell.sidebar import Sidebar
from ss_admin.desktop.shell.unsaved import Unsaved
from ss_admin.desktop.widgets.banner import Banner
from ss_admin.desktop.widgets.dialog import Message

__all__ = ["Workspace"]

_SAMPLE_TEXT = "This is sample data: nothing here belongs to a real system, and you can try everything."


class Workspace(QWidget):
    """Shows one page at a time and deals with what pages cannot deal with themselves.

    `session_ended` and `not_allowed` go to the window; `said` is a text for a toast.
    """

    said = Signal(str)
    session_ended = Signal()
    not_allowed = Signal()
    sign_in_wanted = Signal()
    signed_out = Signal()

    def __init__(
        self,
        places: Sequence[Place],
        connection: Connection,
        around: Surroundings,
        *,
        sample_data: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("shell")
        self._around = around
        self._places = {place.title: place for place in places}
        self.unsaved = Unsaved(places, self, around.theme)
        self._stale: set[str] = set()
        self._error_box: Message | None = None
        theme = around.theme
        self.sidebar = Sidebar(theme=theme)
        self.sample_banner = Banner("info", _SAMPLE_TEXT, theme=theme, name="shell.sampleBanner")
        self.sample_banner.setVisible(sample_data)
        self.offline_banner = Banner("warning", "", "Try again", theme=theme, name="shell.offlineBanner")
        self.offline_banner.hide()
        self.ended_banner = Banner(
            "warning",
            "Your session has ended. What you see may be out of date.",
            "Sign in",
            theme=theme,
            name="shell.endedBanner",
        )
        self.ended_banner.hide()
        self._stack = QStackedWidget()
        self.reachability = Reachability(
            around.background, AccountsClient(connection).who_am_i, _is_unreachable, parent=self
        )
        self._lay_out()
        self._connect()

    @property
    def opened(self) -> str:
        """The title of the page in front."""
        return next((title for title, place in self._places.items() if place.widget is self._stack.currentWidget()), "")

    def show_session(self, session: Session) -> None:
        """Shows who is signed in."""
        self.sidebar.show_session(session)

    def open_page(self, title: str) -> None:
        """Brings the page called `title` to the front."""
        place = self._places[title]
        self._stack.setCurrentWidget(place.widget)
        self.sidebar.navigation.show_opened(title)
        place.page.activate()
        if title in self._stale and not self.reachability.is_lost:
            self._freshen(title)

    def bring(self, title: str, *_: object) -> None:
        """Brings the page called `title` to the front, unless it is there. Signals may carry what they like."""
        if self.opened != title:
            self.open_page(title)

    def open_key(self, api_key_id: str | None) -> None:
        """Shows a key's own page; None: the list of keys."""
        for title, place in self._places.items():
            if place.open_key is not None:
                place.open_key(api_key_id)
                self.bring(title)

    def resume(self) -> None:
        """The same person has signed in again: what is shown is asked anew."""
        self.ended_banner.hide()
        self._freshen_opened()

    def show_ended(self) -> None:
        """The session has ended: what is shown stays, marked as stale."""
        self.ended_banner.show()
        self._mark_stale()

    def show_failure(self, error: ClientError) -> None:
        """Deals with an error of a page: a banner, sign-in, or a box that stays until it is read."""
        if isinstance(error, SessionEnded):
            self.session_ended.emit()
        elif isinstance(error, TenantAdminRequired):
            self.not_allowed.emit()
        elif _is_unreachable(error):
            self.reachability.tell_lost(error)
        else:
            self.show_message("This did not work", describe(error))

    def show_message(self, heading: str, text: str) -> None:
        """A box that stays until it is read; one at a time."""
        if self._error_box is None:
            box = Message(self.window(), theme=self._around.theme, name="shell.error", heading=heading, text=text)
            self._error_box = box
            box.finished.connect(self._forget_error_box)
            box.open()

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for banner in (self.sample_banner, self.ended_banner, self.offline_banner):
            right.addWidget(banner)
        right.addWidget(self._stack, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sidebar)
        layout.addLayout(right, 1)
        navigation = self.sidebar.navigation
        navigation.build(
            [(place.path, place.icon) for place in self._places.values()], self._around.preferences.closed_groups
        )
        for place in self._places.values():
            self._stack.addWidget(place.widget)

    def _connect(self) -> None:
        navigation = self.sidebar.navigation
        navigation.opened.connect(self.open_page)
        navigation.folded.connect(self._remember_groups)
        self.sidebar.signed_out.connect(
            lambda: self.unsaved.ask("Sign out without saving?", "Sign out", self.signed_out.emit)
        )
        self.offline_banner.acted.connect(self.reachability.try_now)
        self.ended_banner.acted.connect(self.sign_in_wanted)
        self.reachability.lost.connect(self._show_offline)
        self.reachability.waiting.connect(self._show_waiting)
        self.reachability.regained.connect(self._show_online)
        self.reachability.refused.connect(self.show_failure)
        for place in self._places.values():
            place.page.said.connect(self.said)
            place.page.failed.connect(self.show_failure)
            place.page.recovered.connect(self.reachability.tell_regained)
            for summons in place.summons:
                summons.connect(partial(self.bring, place.title))

    def _remember_groups(self) -> None:
        self._around.preferences.closed_groups = self.sidebar.navigation.closed_groups

    def _show_offline(self, error: ClientError) -> None:
        self.offline_banner.say(f"{describe(error)} What you see may be out of date.")
        self.offline_banner.show()
        self._mark_stale()

    def _show_waiting(self, seconds: int) -> None:
        self.offline_banner.note("Trying…" if seconds == 0 else f"Trying again in {seconds} s")
        self.offline_banner.action.setEnabled(seconds > 0)

    def _show_online(self) -> None:
        self.offline_banner.hide()
        self._freshen_opened()
        self.said.emit("The server answers again.")

    def _mark_stale(self) -> None:
        for place in self._places.values():
            place.page.set_stale(True)
        self._stale = set(self._places)

    def _freshen_opened(self) -> None:
        if self.opened:
            self._freshen(self.opened)

    def _freshen(self, title: str) -> None:
        self._stale.discard(title)
        page = self._places[title].page
        page.set_stale(False)
        page.refresh()

    def _forget_error_box(self) -> None:
        self._error_box = None


def _is_unreachable(error: ClientError) -> bool:
    return isinstance(error, ServerUnreachable | ServerUnavailable)
