"""What is done to all checked keys: delete, disable, enable; with a question first and the progress shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from ss_admin.client.api_keys import ApiKeyQuery
from ss_admin.client.errors import ClientError, OutcomeUnknown
from ss_admin.contract.api_keys import ApiKeySort, ApiKeyStatus
from ss_admin.desktop.api_keys.bulk import BulkProgress, CheckedKeys, ChunkRun
from ss_admin.desktop.api_keys.delete_dialog import DeleteKeysDialog, KeyFacts
from ss_admin.desktop.api_keys.key_actions import Surroundings, tell
from ss_admin.desktop.api_keys.progress_dialog import BulkProgressDialog
from ss_admin.desktop.api_keys.table.selection import Checks
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.following_words import AppliedChange, ChangeKind
from ss_admin.desktop.widgets.dialog import Question

__all__ = ["BulkActions"]

_KINDS = {"deleted": ChangeKind.DELETED, "disabled": ChangeKind.DISABLED, "enabled": ChangeKind.ENABLED}
_GERUNDS = {"deleted": "Deleting", "disabled": "Disabling", "enabled": "Enabling"}


class BulkActions(QObject):
    """One action at a time. `finished` follows whatever came of it, so that the list is fetched again.

    `said`: words for a toast; `failed`: a `ClientError` for the shell; `applied`: an `AppliedChange` to be followed.
    """

    said = Signal(str)
    failed = Signal(object)
    finished = Signal()
    applied = Signal(object)

    def __init__(self, surroundings: Surroundings, window: QWidget) -> None:
        super().__init__(window)
        self._with = surroundings
        self._window = window
        self._busy = False

    def delete(self, checks: Checks, query: ApiKeyQuery) -> None:
        """Deletes what is checked while `query` is shown, after asking."""
        self._find(checks, query, self._ask_to_delete)

    def set_status(self, checks: Checks, query: ApiKeyQuery, status: ApiKeyStatus) -> None:
        """Enables what is checked, or disables it after asking."""
        disable = status is ApiKeyStatus.DISABLED
        self._find(checks, query, self._ask_to_disable if disable else self._enable)

    def _find(self, checks: Checks, query: ApiKeyQuery, then: Callable[[list[KeyFacts]], None]) -> None:
        if self._busy:
            return
        self._busy = True
        finder = CheckedKeys(self._with.api_keys, self._with.background, self)
        progress = self._progress("Looking up the checked keys", "This takes a moment.")
        finder.progressed.connect(lambda done, total: progress.show_progress(done, total, f"{done:,} of {total:,}"))

        def stop() -> None:
            finder.cancel()
            progress.end()
            finder.deleteLater()
            self._busy = False

        def found(keys: list[KeyFacts]) -> None:
            stop()
            if keys:
                then(sorted(keys, key=lambda key: key.name.casefold()))
            else:
                self.said.emit("These keys are no longer there.")
                self.finished.emit()

        def failed(error: ClientError) -> None:
            stop()
            self.failed.emit(error)

        progress.stop_requested.connect(stop)
        finder.found.connect(found)
        finder.failed.connect(failed)
        finder.find(checks, replace(query, sort=ApiKeySort.CREATED_AT, descending=True))

    def _ask_to_delete(self, keys: list[KeyFacts]) -> None:
        self._ask(
            DeleteKeysDialog(self._window, keys, theme=self._with.theme, now=self._with.clock()),
            lambda: self._run(keys, "deleted", self._delete_chunk),
        )

    def _ask_to_disable(self, keys: list[KeyFacts]) -> None:
        number = _keys(len(keys))
        question = Question(
            self._window,
            theme=self._with.theme,
            name="apiKeysDisable",
            heading=f"Disable {number}?",
            text="Calls with these keys are refused from then on, until the keys are enabled again.",
            primary=f"Disable {number}",
        )
        self._ask(question, lambda: self._run(keys, "disabled", self._status_chunk(ApiKeyStatus.DISABLED)))

    def _enable(self, keys: list[KeyFacts]) -> None:
        self._run(keys, "enabled", self._status_chunk(ApiKeyStatus.ACTIVE))

    def _ask(self, dialog: QDialog, then: Callable[[], None]) -> None:
        dialog.accepted.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _delete_chunk(self, ids: Sequence[str]) -> tuple[int, int]:
        answer = self._with.api_keys.bulk_delete(ids)
        return answer.deleted, len(answer.missing)

    def _status_chunk(self, status: ApiKeyStatus) -> Callable[[Sequence[str]], tuple[int, int]]:
        def act(ids: Sequence[str]) -> tuple[int, int]:
            answer = self._with.api_keys.bulk_status(ids, status)
            return len(ids) - len(answer.missing), len(answer.missing)

        return act

    def _run(self, keys: Sequence[KeyFacts], verb: str, act: Callable[[Sequence[str]], tuple[int, int]]) -> None:
        self._busy = True
        run = ChunkRun([key.id for key in keys], act, self._with.background, self)
        progress = self._progress(f"{_GERUNDS[verb]} {_keys(len(keys))}", f"0 of {len(keys):,} {verb}")
        progress.stop_requested.connect(run.stop)
        run.progressed.connect(
            lambda now: progress.show_progress(now.settled, now.total, f"{now.settled:,} of {now.total:,} {verb}")
        )

        def end() -> None:
            progress.end()
            run.deleteLater()
            self._busy = False
            self.finished.emit()

        def finished(now: BulkProgress) -> None:
            end()
            self._tell_finished(now, verb)
            self._tell_applied(keys, now, verb)

        def failed(error: ClientError, now: BulkProgress) -> None:
            end()
            self._tell_failed(error, now, verb)
            self._tell_applied(keys, now, verb)

        run.finished.connect(finished)
        run.failed.connect(failed)
        run.start()

    def _tell_finished(self, now: BulkProgress, verb: str) -> None:
        gone = f" {_keys(now.missing)} had been deleted by somebody else." if now.missing else ""
        if now.settled < now.total:
            tell(
                self._window,
                self._with.theme,
                "Stopped",
                f"{now.done:,} of {_keys(now.total)} were {verb} before the stop.{gone} The others are unchanged.",
            )
        else:
            self.said.emit(f"{_keys(now.done)} {verb}.{gone}")

    def _tell_applied(self, keys: Sequence[KeyFacts], now: BulkProgress, verb: str) -> None:
        """Of those dealt with, the last one that was not so already: its change is the newest."""
        target = {"disabled": ApiKeyStatus.DISABLED, "enabled": ApiKeyStatus.ACTIVE}.get(verb)
        changed = [key for key in keys[: now.settled] if key.status is not target]
        if changed:
            subject = f"“{changed[0].name}”" if len(changed) == 1 else _keys(now.done)
            many = len(changed) > 1
            self.applied.emit(AppliedChange(_KINDS[verb], subject, changed[-1].id, is_about_many=many))

    def _tell_failed(self, error: ClientError, now: BulkProgress, verb: str) -> None:
        rest = "The next ones may or may not have been" if isinstance(error, OutcomeUnknown) else "The others were not"
        text = f"{now.done:,} of {_keys(now.total)} were {verb}. {rest}.\n\n{describe(error)}"
        tell(self._window, self._with.theme, f"Not all keys were {verb}", text)
        if concerns_the_window(error):
            self.failed.emit(error)

    def _progress(self, heading: str, words: str) -> BulkProgressDialog:
        return BulkProgressDialog(self._window, theme=self._with.theme, heading=heading, words=words)


def _keys(number: int) -> str:
    return "1 API key" if number == 1 else f"{number:,} API keys"
