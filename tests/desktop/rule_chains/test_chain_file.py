"""Rule chains in files: what is taken, what is refused and at which line, and that an export comes back as it was."""

import json

import pytest

from ss_admin.desktop.rule_chains.chain_file import (
    MAX_BYTES,
    ChainFile,
    ChainFileRefused,
    file_name,
    line_of_pointer,
    read_chain_file,
    write_definition,
    write_whole,
)
from tests.support.sample_chains import sample_document

DOCUMENT = sample_document()
GRAPH = DOCUMENT["definition"]


def refusal(content: bytes) -> str:
    with pytest.raises(ChainFileRefused) as refused:
        read_chain_file(content)
    return str(refused.value)


def test_a_plain_graph_is_taken_as_gorules_writes_it():
    chain = read_chain_file(write_definition(GRAPH).encode())
    assert chain == ChainFile(GRAPH)
    assert not chain.is_whole
    assert json.loads(write_definition(GRAPH)) == GRAPH


def test_our_own_export_comes_back_whole():
    whole = ChainFile(GRAPH, "Brändmeldung", "What it does", DOCUMENT["input_schema"], DOCUMENT["sample_payload"])
    assert read_chain_file(write_whole(whole).encode()) == whole
    assert "Brändmeldung" in write_whole(whole)


@pytest.mark.parametrize("write", [json.dumps, dict])
def test_a_schema_in_the_input_node_becomes_the_chains_own(write):
    schema = {"type": "object", "required": ["a"]}
    nodes = [{"id": "in", "type": "inputNode", "name": "In", "content": {"schema": write(schema), "kept": 1}}]
    chain = read_chain_file(json.dumps({"nodes": nodes, "edges": []}).encode())
    assert chain.input_schema == schema
    assert chain.definition["nodes"][0]["content"] == {"kept": 1}
    assert chain.schema_place == "/nodes/0/content/schema"
    assert not chain.is_whole


@pytest.mark.parametrize("schema", ["", "{", "[1]", {}, None, 3])
def test_what_is_no_schema_stays_in_the_input_node_where_it_is(schema):
    graph = {"nodes": [{"id": "in", "type": "inputNode", "content": {"schema": schema}}], "edges": []}
    assert read_chain_file(json.dumps(graph).encode()) == ChainFile(graph)


def test_a_byte_order_mark_is_no_fault():
    assert read_chain_file(b"\xef\xbb\xbf" + write_definition(GRAPH).encode()).definition == GRAPH


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{\n  "nodes": [\n}', "Line 3"),
        (b'{"nodes": [],\n "nodes": []}', "Line 2"),
        (b'{"nodes": [], "edges": NaN}', "NaN"),
        (b"[1]", "object"),
        (b'{"edges": []}', "“nodes”"),
        (b'{"nodes": [], "edges": {}}', "“edges”"),
        (b'{"definition": 1}', "“definition”"),
        (b'{"definition": {"nodes": []}}', "“definition” has no list “edges”"),
        (b'{"definition": {"nodes": [], "edges": []}, "input_schema": 1}', "“input_schema”"),
        (b'{"a": 1}\n\xff', "Line 2"),
        (b"[" * 100_000, "1"),
    ],
)
def test_what_is_no_chain_is_refused_with_a_reason(content, words):
    assert words in refusal(content)


def test_a_file_that_is_too_large_is_not_even_read():
    assert "too large" in refusal(b" " * (MAX_BYTES + 1))


def test_a_pointer_has_a_line_in_the_file():
    text = write_definition(GRAPH)
    line = line_of_pointer(text, "/nodes/1/name")
    assert '"Triage"' in text.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Building Alarm", "building-alarm.json"),
        ("../../etc", "etc.json"),
        ("", "rule-chain.json"),
        ("Ä/ö", "ä-ö.json"),
    ],
)
def test_file_names_are_harmless(name, expected):
    assert file_name(name) == expected
