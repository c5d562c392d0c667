"""What the filter “Action” offers: every action in its words, and before them the groups that they belong to."""

from dataclasses import dataclass

from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.documents import Document, Page
from ss_admin.desktop.activity_words import ACTION_WORDS

__all__ = ["ActionChoice", "actions_of", "find_actions"]


@dataclass(frozen=True)
class _Group:
    """Actions whose names begin alike; `every` is its own entry."""

    every: str
    label: str
    prefixes: tuple[str, ...]


_GROUPS = (
    _Group("Everything about API keys", "API keys", ("api_key.", "signal.")),
    _Group("Everything about rule chains", "Rule chains", ("rule_chain.",)),
    _Group("Everything about signing in", "Signing in", ("session.",)),
    _Group("Everything about people", "People", ("user.",)),
    _Group("Everything about the activity itself", "Activity", ("activity.",)),
)


class ActionChoice(Document):
    """One entry: an action, or a group of them. `id` is what the choice is known by."""

    id: str
    name: str
    group: str
    actions: frozenset[ActivityAction]


def _choices() -> list[ActionChoice]:
    made = []
    for group in _GROUPS:
        actions = frozenset(action for action in ActivityAction if action.value.startswith(group.prefixes))
        if len(actions) > 1:
            number = f"{len(actions)} actions"
            made.append(ActionChoice(id=group.label, name=group.every, group=number, actions=actions))
    for action, words in ACTION_WORDS.items():
        label = next(group.label for group in _GROUPS if action.value.startswith(group.prefixes))
        made.append(ActionChoice(id=action.value, name=words, group=label, actions=frozenset({action})))
    return made


def find_actions(text: str, _cursor: str | None) -> Page[ActionChoice]:
    """The entries that have `text` in their words or in their group's, all on one page."""
    wanted = text.casefold()
    found = [choice for choice in _choices() if wanted in f"{choice.name} {choice.group}".casefold()]
    return Page[ActionChoice](items=found, next_cursor=None, total=len(found))


def actions_of(choice_id: str) -> frozenset[ActivityAction]:
    """The actions that an entry stands for."""
    return next(choice.actions for choice in _choices() if choice.id == choice_id)
