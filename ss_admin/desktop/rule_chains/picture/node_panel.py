"""What happened in one node of a run: its state, what it got and what it gave, its error and its effect."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.contract.rule_chains import NodeTrace
from ss_admin.desktop.rule_chains.picture.graph import ChainNode
from ss_admin.desktop.rule_chains.picture.json_pane import JsonPane
from ss_admin.desktop.rule_chains.picture.node_words import icon_of
from ss_admin.desktop.rule_chains.picture.run_marks import NodeMark, NodeState, duration_words
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import ElidedLabel, words
from ss_admin.desktop.widgets.notice import IconLabel, Notice

__all__ = ["NodePanel"]

_ROLES = {NodeState.RAN: "success_fg", NodeState.FAILED: "danger_fg", NodeState.NOT_REACHED: "neutral_fg"}


class NodePanel(QWidget):
    """Shows one node at a time; `name` begins the objectNames."""

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel("ph.question", "text_dimmed", theme=theme)
        self._title = ElidedLabel("", "strong")
        self._title.setObjectName(f"{name}.node")
        self._state = words("", "dimmed")
        self._state.setObjectName(f"{name}.state")
        self._error = Notice("danger", "", theme=theme)
        self._effect = Notice("info", "", theme=theme)
        self.got = JsonPane("Got", theme=theme, name=f"{name}.got")
        self.gave = JsonPane("Gave", theme=theme, name=f"{name}.gave")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        head.addWidget(self._state)
        values = QHBoxLayout()
        values.setSpacing(theme.tokens.m)
        values.addWidget(self.got, 1)
        values.addWidget(self.gave, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.tokens.s, 0, 0)
        layout.setSpacing(theme.tokens.s)
        layout.addLayout(head)
        layout.addWidget(self._error)
        layout.addWidget(self._effect)
        layout.addLayout(values, 1)
        self.show_node(None, None, None)

    @property
    def title(self) -> str:
        """The node that is shown, and what it does."""
        return self._title.text()

    @property
    def state(self) -> str:
        """What became of it, and how long it took."""
        return self._state.text()

    @property
    def error(self) -> str:
        """Why it failed."""
        return "" if self._error.isHidden() else self._error.text

    @property
    def effect(self) -> str:
        """What it did, or would have done, outside the chain."""
        return "" if self._effect.isHidden() else self._effect.text

    def show_node(self, node: ChainNode | None, mark: NodeMark | None, trace: NodeTrace | None) -> None:
        """Shows a node with what became of it; `trace` is None for one that was not reached."""
        state = mark.state if mark is not None else NodeState.NOT_REACHED
        self._icon.show_as(icon_of(node.kind) if node else "ph.cursor", _ROLES[state])
        self._title.setText(f"{node.name} · {node.does}" if node else "No node is chosen")
        self._state.setText(_state_words(mark, trace) if node else "")
        _show(self._error, trace.error if trace is not None else None)
        _show(self._effect, trace.effect if trace is not None else None)
        if trace is None:
            self.got.say("The run did not come to this node." if node else "Choose a node in the picture.")
            self.gave.say("")
        elif state is NodeState.FAILED:
            self.got.show_value(trace.input)
            self.gave.say("Nothing: it failed.")
        else:
            self.got.show_value(trace.input)
            self.gave.show_value(trace.output)


def _show(notice: Notice, text: str | None) -> None:
    notice.setVisible(bool(text))
    if text:
        notice.say(text)


def _state_words(mark: NodeMark | None, trace: NodeTrace | None) -> str:
    if mark is None or mark.state is NodeState.NOT_REACHED:
        return "Not reached"
    word = "Failed" if mark.state is NodeState.FAILED else "Ran"
    took = trace.duration_ms if trace is not None else None
    return word if took is None else f"{word} in {duration_words(took)}"
