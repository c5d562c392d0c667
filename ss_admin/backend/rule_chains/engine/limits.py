"""How large a rule chain and what it makes may be. What is larger is refused with a reason, never cut off silently."""

__all__ = [
    "MAX_BRACKET_LEVELS",
    "MAX_DEFINITION_BYTES",
    "MAX_DEPTH",
    "MAX_EDGES",
    "MAX_EFFECTS",
    "MAX_EXPRESSION_CHARACTERS",
    "MAX_FAULTS",
    "MAX_NAME_CHARACTERS",
    "MAX_NODES",
    "MAX_OUTPUT_NODES",
    "MAX_PATH_LEVELS",
    "MAX_RESULT_BYTES",
    "MAX_SCHEMA_BYTES",
    "MAX_TABLE_CELLS",
    "MAX_URL_CHARACTERS",
]

MAX_DEFINITION_BYTES = 512 * 1024
MAX_SCHEMA_BYTES = 256 * 1024
MAX_DEPTH = 64
"""Levels of objects and arrays, in a definition, a schema and a payload."""

MAX_NODES = 500
MAX_EDGES = 2000
MAX_OUTPUT_NODES = 20
MAX_TABLE_CELLS = 20_000
"""Over all tables of a chain."""

MAX_EFFECTS = 20
"""Nodes that save or send; each of them runs at most once in a run."""

MAX_NAME_CHARACTERS = 200
MAX_URL_CHARACTERS = 2000
MAX_EXPRESSION_CHARACTERS = 4000
MAX_BRACKET_LEVELS = 32
"""The engine's parser calls itself for each bracket: some thousands of them overflow the stack of a thread."""

MAX_PATH_LEVELS = 16
"""Parts of a path such as `order.priority` that an expression's or a column's value is put under."""

MAX_FAULTS = 100
MAX_RESULT_BYTES = 1024 * 1024
"""Of a result as JSON, and of the documents and webhooks of a run together."""
