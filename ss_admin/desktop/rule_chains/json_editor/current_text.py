"""The text of an editor as it stands, what it says and where its parts stand; each worked out once per change."""

from ss_admin.desktop.rule_chains.json_editor.code_area import CodeArea
from ss_admin.desktop.rule_chains.json_editor.json_places import Change, JsonPlaces
from ss_admin.desktop.rule_chains.json_editor.json_text import Reading, read_json

__all__ = ["CurrentText"]


class CurrentText:
    """Ask as often as you like."""

    def __init__(self, area: CodeArea) -> None:
        self._area = area
        self._only_object = True
        self._text: tuple[int, str] = (-1, "")
        self._reading: tuple[int, Reading] | None = None
        self._places: tuple[int, JsonPlaces] | None = None
        self._change: Change | None = None
        area.edited.connect(self._note)

    def take_anything(self, anything: bool) -> None:
        """Whether any JSON will do, or none at all, instead of an object only."""
        self._only_object = not anything
        self._reading = None

    def text(self) -> str:
        """The text."""
        revision = self._area.document().revision()
        if self._text[0] != revision:
            self._text = revision, self._area.raw_text()
        return self._text[1]

    def reading(self) -> Reading:
        """What it says, or what is wrong with it."""
        revision = self._area.document().revision()
        if self._reading is None or self._reading[0] != revision:
            self._reading = revision, self._read(self.text())
        return self._reading[1]

    def places(self) -> JsonPlaces:
        """Where its parts stand."""
        revision = self._area.document().revision()
        if self._places is None or self._places[0] != revision:
            known, change = self._places, self._change
            self._change = None
            if known is None or change is None:
                self._places = revision, JsonPlaces(self.text())
            else:
                self._places = revision, known[1].changed_to(self.text(), change)
        return self._places[1]

    def _note(self, at: int, _removed: int, added: int) -> None:
        length = self._area.document().characterCount() - 1
        change = Change(at, max(0, length - at - added))
        self._change = change if self._change is None else self._change.and_then(change)

    def _read(self, text: str) -> Reading:
        if not self._only_object and not text.strip():
            return Reading(None)
        return read_json(text, only_object=self._only_object)
