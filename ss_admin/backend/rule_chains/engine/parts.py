"""Reads the parts of a decision graph in GoRules' JSON: which expressions stand where, and how to name the place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ss_admin.backend.rule_chains.engine.effects import CALL_WEBHOOK, SAVE_RECORD

__all__ = [
    "CUSTOM",
    "EFFECT_EXPRESSIONS",
    "EXPRESSION",
    "INPUT",
    "OUTPUT",
    "SWITCH",
    "TABLE",
    "Place",
    "expressions_of",
    "objects",
    "text_of",
]

INPUT = "inputNode"
OUTPUT = "outputNode"
TABLE = "decisionTableNode"
EXPRESSION = "expressionNode"
SWITCH = "switchNode"
CUSTOM = "customNode"

EFFECT_EXPRESSIONS = {SAVE_RECORD: "document", CALL_WEBHOOK: "body"}
"""Where a node with an effect has the expression of what it saves or sends; without one that is its whole input."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An expression: the way to it within its node, the place in words, its text, and how it is to be read."""

    path: Path
    where: str
    text: str
    unary: bool = False
    may_be_empty: bool = False


def objects(value: object) -> list[tuple[int, dict[str, Any]]]:
    """The members of an array that are objects, with their index; nothing if it is no array."""
    if not isinstance(value, list):
        return []
    return [(index, item) for index, item in enumerate(value) if isinstance(item, dict)]


def text_of(members: dict[str, Any], name: str) -> str:
    """A member that is a text; empty if it is missing or something else."""
    value = members.get(name)
    return value if isinstance(value, str) else ""


def expressions_of(node: dict[str, Any]) -> Iterator[Place]:
    """Every expression of a node. What has not the form of one is passed over: its form is checked elsewhere."""
    content = node.get("content")
    if not isinstance(content, dict):
        return
    kind = node.get("type")
    if kind in (TABLE, EXPRESSION) and text_of(content, "inputField").strip():
        yield Place(("content", "inputField"), "the input field", content["inputField"])
    match kind:
        case "decisionTableNode":
            yield from _table(content)
        case "expressionNode":
            for index, item in objects(content.get("expressions")):
                if isinstance(item.get("value"), str):
                    where = f"expression “{text_of(item, 'key')}”"
                    yield Place(("content", "expressions", index, "value"), where, item["value"])
        case "switchNode":
            for index, item in objects(content.get("statements")):
                path: Path = ("content", "statements", index, "condition")
                yield Place(path, f"condition {index + 1}", text_of(item, "condition"), may_be_empty=True)
        case "customNode":
            yield from _effect(content)


def _table(content: dict[str, Any]) -> Iterator[Place]:
    columns = []
    for index, column in objects(content.get("inputs")):
        field = text_of(column, "field")
        if field.strip():
            name = _column(column)
            yield Place(("content", "inputs", index, "field"), f"the field of column {name}", field)
        columns.append((text_of(column, "id"), _column(column), bool(field.strip())))
    columns += [(text_of(column, "id"), _column(column), False) for _, column in objects(content.get("outputs"))]
    for number, rule in objects(content.get("rules")):
        for column_id, name, unary in columns:
            if column_id in rule:
                where = f"rule {number + 1}, column {name}"
                path: Path = ("content", "rules", number, column_id)
                yield Place(path, where, text_of(rule, column_id), unary=unary, may_be_empty=True)


def _column(column: dict[str, Any]) -> str:
    return f"“{text_of(column, 'name') or text_of(column, 'field') or text_of(column, 'id')}”"


def _effect(content: dict[str, Any]) -> Iterator[Place]:
    config = content.get("config")
    member = EFFECT_EXPRESSIONS.get(text_of(content, "kind"))
    if isinstance(config, dict) and member is not None and isinstance(config.get(member), str):
        yield Place(("content", "config", member), f"“{member}”", config[member])
