"""Checks what is inside the nodes of a decision graph: its form, its names and each of its expressions."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from ss_admin.backend.rule_chains.engine.effects import CALL_WEBHOOK, SAVE_RECORD
from ss_admin.backend.rule_chains.engine.expressions import find_expression_fault, find_path_fault
from ss_admin.backend.rule_chains.engine.faults import FaultList
from ss_admin.backend.rule_chains.engine.limits import MAX_PATH_LEVELS, MAX_URL_CHARACTERS
from ss_admin.backend.rule_chains.engine.parts import (
    CUSTOM,
    EXPRESSION,
    INPUT,
    OUTPUT,
    SWITCH,
    TABLE,
    Path,
    expressions_of,
    objects,
    text_of,
)

__all__ = ["check_node", "find_url_fault"]

_NO_ADDRESS = "This is not an address of the form https://host/path."
_HOST = re.compile(r"(?=.{1,253}\Z)[0-9A-Za-z_-]{1,63}(\.[0-9A-Za-z_-]{1,63})*\.?", re.ASCII)
_BRACKETED = re.compile(r"\[[^]]*\](:[0-9]*)?")
_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "functionNode": (
            "script nodes do not run here, since a script could not be stopped in time and could reach the network. "
            "Use an expression or a decision table instead."
        ),
        "decisionNode": "a rule chain cannot call another one. Bring the other chain's nodes into this one instead.",
    }
)


class _NodeCheck:
    """Collects the faults of one node; each begins with the node's name."""

    def __init__(self, node: dict[str, Any], index: int, faults: FaultList) -> None:
        self.node = node
        self._path: Path = ("definition", "nodes", index)
        self._name = f"Node “{text_of(node, 'name') or text_of(node, 'id') or index + 1}”"
        self._faults = faults

    def fault(self, path: Path, detail: str) -> None:
        self._faults.add((*self._path, *path), f"{self._name}: {detail}")

    def fault_in(self, path: Path, where: str, detail: str) -> None:
        self._faults.add((*self._path, *path), f"{self._name}, {where}: {detail}")


def check_node(node: dict[str, Any], index: int, faults: FaultList) -> None:
    """Note everything that is wrong inside a node, the edges apart."""
    check = _NodeCheck(node, index, faults)
    kind = node.get("type")
    contents: dict[object, Callable[[_NodeCheck, dict[str, Any]], None]] = {
        TABLE: _check_table,
        EXPRESSION: _check_expressions,
        SWITCH: _check_switch,
        CUSTOM: _check_effect,
    }
    if kind in (INPUT, OUTPUT):
        _check_end(check)
    elif isinstance(kind, str) and kind in contents:
        content = node.get("content")
        if not isinstance(content, dict):
            check.fault(("content",), "the member “content” must be an object.")
            return
        if kind in (TABLE, EXPRESSION):
            _check_transform(check, content)
        contents[kind](check, content)
        _check_every_expression(check)
    else:
        shown = str(kind)[:60] if isinstance(kind, str) else "of this form"
        check.fault(("type",), _REFUSED.get(str(kind), f"there are no nodes of the type “{shown}”."))


def find_url_fault(url: str) -> str | None:
    """What is wrong with the address of a webhook; whether it may be reached is decided at each delivery."""
    if not url.strip():
        return "The address is missing."
    if len(url) > MAX_URL_CHARACTERS:
        return f"The address is longer than {MAX_URL_CHARACTERS:,} characters."
    if not url.isascii() or not url.isprintable() or " " in url:
        return "The address must have printable ASCII characters only, without spaces: encode others (RFC 3986)."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return _NO_ADDRESS
    faults = {
        "The address must begin with https://.": parts.scheme != "https",
        "The address has no host.": not host,
        "The address must not have a user name or a password: they would be seen in logs.": "@" in parts.netloc,
        "The address must not have a fragment (“#”): it is never sent.": "#" in url,
        "The address must not have a backslash.": "\\" in url,
        _NO_ADDRESS: port == 0 or not _is_host(parts.netloc, host or ""),
    }
    return next((told for told, applies in faults.items() if applies), None)


def _is_host(netloc: str, host: str) -> bool:
    """Whether an address begins with a name (RFC 1123) or an IP address that can be called at all."""
    if not netloc.startswith("["):
        return _HOST.fullmatch(host) is not None
    try:
        return "%" not in host and ip_address(host) is not None and _BRACKETED.fullmatch(netloc) is not None
    except ValueError:
        return False


def _check_every_expression(check: _NodeCheck) -> None:
    for place in expressions_of(check.node):
        if place.may_be_empty and not place.text.strip():
            continue
        fault = find_expression_fault(place.text, unary=place.unary)
        if fault is not None:
            check.fault_in(place.path, place.where, fault)


def _check_end(check: _NodeCheck) -> None:
    content = check.node.get("content")
    if isinstance(content, dict) and content.get("schema"):
        check.fault(
            ("content", "schema"),
            "a schema has no effect here. What the chain takes stands in the input schema of the rule chain.",
        )


def _check_transform(check: _NodeCheck, content: dict[str, Any]) -> None:
    for member in ("inputField", "outputPath"):
        if not isinstance(content.get(member), str | None):
            check.fault(("content", member), f"the member “{member}” must be a text or null.")
    if content.get("executionMode", "single") not in ("single", "loop"):
        check.fault(("content", "executionMode"), "the member “executionMode” must be “single” or “loop”.")
    if not isinstance(content.get("passThrough", False), bool):
        check.fault(("content", "passThrough"), "the member “passThrough” must be true or false.")
    path = text_of(content, "outputPath")
    if path.strip() and (fault := find_path_fault(path, MAX_PATH_LEVELS)):
        check.fault_in(("content", "outputPath"), "the output path", fault)


def _check_items(check: _NodeCheck, path: Path, items: object) -> bool:
    """Whether a list holds objects only."""
    if not isinstance(items, list):
        check.fault(path, f"the member “{path[-1]}” must be an array.")
        return False
    sound = True
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            check.fault((*path, index), f"item {index + 1} of “{path[-1]}” must be an object.")
            sound = False
    return sound


def _check_ids(check: _NodeCheck, path: Path, items: object) -> None:
    seen: set[str] = set()
    for index, item in objects(items):
        name = text_of(item, "id")
        if not name:
            check.fault((*path, index, "id"), f"item {index + 1} of “{path[-1]}” needs an “id”.")
        elif name in seen:
            check.fault((*path, index, "id"), f"the id “{name[:60]}” occurs more than once in “{path[-1]}”.")
        seen.add(name)


def _check_table(check: _NodeCheck, content: dict[str, Any]) -> None:
    if content.get("hitPolicy") not in ("first", "collect"):
        check.fault(("content", "hitPolicy"), "the member “hitPolicy” must be “first” or “collect”.")
    if content.get("hitPolicy") == "collect" and not text_of(content, "outputPath").strip():
        check.fault(
            ("content", "hitPolicy"),
            "“collect” gives a list. Name the member that it is put under (“outputPath”), or use “first”.",
        )
    for member in ("inputs", "outputs"):
        path: Path = ("content", member)
        if _check_items(check, path, content.get(member)):
            _check_columns(check, path, content[member])
    if _check_items(check, ("content", "rules"), content.get("rules")):
        _check_rules(check, content["rules"])


def _check_columns(check: _NodeCheck, path: Path, columns: list[Any]) -> None:
    _check_ids(check, path, columns)
    for index, column in objects(columns):
        if not isinstance(column.get("name"), str):
            check.fault((*path, index, "name"), f"column {index + 1} of “{path[-1]}” needs a “name”.")
        if path[-1] == "outputs":
            fault = find_path_fault(text_of(column, "field"), MAX_PATH_LEVELS)
            if fault is not None:
                check.fault_in((*path, index, "field"), f"output column {index + 1}", fault)
        elif not isinstance(column.get("field"), str | None):
            check.fault((*path, index, "field"), f"the field of input column {index + 1} must be a text.")


def _check_rules(check: _NodeCheck, rules: list[Any]) -> None:
    for number, rule in objects(rules):
        for member, value in rule.items():
            if not isinstance(value, str):
                check.fault_in(
                    ("content", "rules", number, member),
                    f"rule {number + 1}, “{member[:60]}”",
                    "A cell must be a text that holds an expression.",
                )


def _check_expressions(check: _NodeCheck, content: dict[str, Any]) -> None:
    path: Path = ("content", "expressions")
    if not _check_items(check, path, content.get("expressions")):
        return
    _check_ids(check, path, content["expressions"])
    for index, item in objects(content["expressions"]):
        where = f"expression {index + 1}"
        fault = find_path_fault(text_of(item, "key"), MAX_PATH_LEVELS)
        if fault is not None:
            check.fault_in((*path, index, "key"), where, fault)
        if not isinstance(item.get("value"), str):
            check.fault_in((*path, index, "value"), where, "The member “value” must be a text.")


def _check_switch(check: _NodeCheck, content: dict[str, Any]) -> None:
    path: Path = ("content", "statements")
    if content.get("hitPolicy", "first") not in ("first", "collect"):
        check.fault(("content", "hitPolicy"), "the member “hitPolicy” must be “first” or “collect”.")
    if not _check_items(check, path, content.get("statements")):
        return
    _check_ids(check, path, content["statements"])
    for index, item in objects(content["statements"]):
        if not isinstance(item.get("condition"), str):
            check.fault_in((*path, index, "condition"), f"condition {index + 1}", "It must be a text.")


def _check_effect(check: _NodeCheck, content: dict[str, Any]) -> None:
    kind, config = content.get("kind"), content.get("config")
    known = {
        SAVE_RECORD: ("collection", "document", _find_collection_fault),
        CALL_WEBHOOK: ("url", "body", find_url_fault),
    }
    if not isinstance(kind, str) or kind not in known:
        check.fault(("content", "kind"), f"the member “kind” must be “{SAVE_RECORD}” or “{CALL_WEBHOOK}”.")
        return
    if not isinstance(config, dict):
        check.fault(("content", "config"), "the member “config” must be an object.")
        return
    target, expression, find_fault = known[kind]
    fault = find_fault(text_of(config, target))
    if fault is not None:
        check.fault_in(("content", "config", target), f"“{target}”", fault)
    if not isinstance(config.get(expression, ""), str):
        check.fault_in(("content", "config", expression), f"“{expression}”", "It must be a text with an expression.")
    for member in sorted(set(config) - {target, expression}):
        check.fault_in(
            ("content", "config", member),
            f"“{member[:60]}”",
            f"This has no effect; “{kind}” has “{target}” and “{expression}”.",
        )


def _find_collection_fault(name: str) -> str | None:
    if _COLLECTION.fullmatch(name):
        return None
    return (
        "A collection's name has 1 to 64 characters: small letters a–z, digits, “-” and “_”, a letter or digit first."
    )
