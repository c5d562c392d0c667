"""Rule chains in files: what GoRules' editor reads and writes, and the same with name, schema and sample payload."""

import json
from dataclasses import dataclass, replace
from typing import Any

from ss_admin.desktop.rule_chains.json_editor.json_places import JsonPlaces
from ss_admin.desktop.rule_chains.json_editor.json_text import TextFault, read_json

__all__ = [
    "MAX_BYTES",
    "ChainFile",
    "ChainFileRefused",
    "file_name",
    "line_of_pointer",
    "read_chain_file",
    "write_definition",
    "write_whole",
]

MAX_BYTES = 1024 * 1024
"""What the server takes in one request."""
_FAULTS_TOLD = 5

JsonObject = dict[str, Any]


class ChainFileRefused(Exception):
    """The file holds no rule chain; the text says why, with the line where there is one."""


@dataclass(frozen=True)
class ChainFile:
    """What a file holds. A plain graph has a definition alone: the rest is None.

    `schema_place`: the JSON pointer at which the input schema stood in the graph, where it was taken out of its input
    node; empty otherwise.
    """

    definition: JsonObject
    name: str | None = None
    description: str | None = None
    input_schema: JsonObject | None = None
    sample_payload: JsonObject | None = None
    schema_place: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether there is more in it than the graph."""
        return self.input_schema is not None and not self.schema_place


def read_chain_file(content: bytes) -> ChainFile:
    """The chain in a file's content; a schema in the input node becomes the chain's own. Raises `ChainFileRefused`."""
    document = _parse(content)
    if "definition" not in document:
        return _with_schema_of_input(ChainFile(_graph(document, "The file")))
    definition = document["definition"]
    if not isinstance(definition, dict):
        raise ChainFileRefused("The file’s “definition” is no JSON object.")
    for part in ("input_schema", "sample_payload"):
        if not isinstance(document.get(part, {}), dict):
            raise ChainFileRefused(f"The file’s “{part}” is no JSON object.")
    return ChainFile(
        _graph(definition, "The file’s “definition”"),
        name=_text(document, "name"),
        description=_text(document, "description"),
        input_schema=document.get("input_schema"),
        sample_payload=document.get("sample_payload"),
    )


def write_definition(definition: JsonObject) -> str:
    """The graph alone: exactly the JSON that GoRules' editor reads."""
    return _dump(definition)


def write_whole(chain: ChainFile) -> str:
    """The graph with all that belongs to it; `read_chain_file` takes it back."""
    return _dump(
        {
            "name": chain.name,
            "description": chain.description,
            "input_schema": chain.input_schema,
            "sample_payload": chain.sample_payload,
            "definition": chain.definition,
        }
    )


def file_name(chain_name: str) -> str:
    """A file name for a chain that every system accepts."""
    kept = "".join(character if character.isalnum() else "-" for character in chain_name.casefold())
    return f"{'-'.join(part for part in kept.split('-') if part)[:60] or 'rule-chain'}.json"


def _dump(document: JsonObject) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _parse(content: bytes) -> JsonObject:
    if len(content) > MAX_BYTES:
        raise ChainFileRefused(f"The file is too large: {len(content) / MAX_BYTES:,.1f} MiB, where 1 MiB is the most.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ChainFileRefused(f"Line {line}: the file is no UTF-8 text, so it is no JSON either.") from None
    if not text.strip():
        raise ChainFileRefused("The file is empty.")
    reading = read_json(text)
    if reading.faults:
        raise ChainFileRefused("\n".join(_at_its_line(text, fault) for fault in reading.faults[:_FAULTS_TOLD]))
    document: JsonObject = reading.value
    return document


def line_of_pointer(text: str, pointer: str) -> int:
    """The line (from 1) of a file's text in which the value at a JSON pointer stands, or what is nearest to it."""
    return _line_at(text, JsonPlaces(text).place_of(pointer).mark.start)


def _at_its_line(text: str, fault: TextFault) -> str:
    return f"Line {_line_at(text, fault.start)}: {fault.detail}"


def _line_at(text: str, unit: int) -> int:
    """The line of a place that is counted in UTF-16 code units."""
    before = text.encode("utf-16-le", "surrogatepass")[: unit * 2].decode("utf-16-le", "surrogatepass")
    return before.count("\n") + 1


def _graph(document: JsonObject, what: str) -> JsonObject:
    for part in ("nodes", "edges"):
        if not isinstance(document.get(part), list):
            raise ChainFileRefused(f"{what} has no list “{part}”, so it is no decision graph of GoRules’ editor.")
    return document


def _with_schema_of_input(chain: ChainFile) -> ChainFile:
    """GoRules' editor keeps the schema in the input node, as JSON or as a text of JSON; here it is the chain's."""
    for number, node in enumerate(chain.definition["nodes"]):
        if not isinstance(node, dict) or node.get("type") != "inputNode":
            continue
        content = node.get("content")
        if isinstance(content, dict) and (schema := _schema(content.get("schema"))):
            kept = {name: value for name, value in content.items() if name != "schema"}
            nodes = [*chain.definition["nodes"]]
            nodes[number] = {**node, "content": kept}
            definition = {**chain.definition, "nodes": nodes}
            return replace(
                chain, definition=definition, input_schema=schema, schema_place=f"/nodes/{number}/content/schema"
            )
    return chain


def _schema(value: object) -> JsonObject | None:
    if isinstance(value, str):
        reading = read_json(value)
        value = None if reading.faults else reading.value
    return value if isinstance(value, dict) else None


def _text(document: JsonObject, part: str) -> str | None:
    value = document.get(part)
    return value if isinstance(value, str) else None
