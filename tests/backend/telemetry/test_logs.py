"""Logs: JSON lines with stable names, and no API key in any of them."""

import io
import json
import logging

import pytest

from ss_admin.backend.telemetry.logs import JsonLines, configure_logging
from ss_admin.contract.api_key_format import mask_api_key, new_api_key


@pytest.fixture
def lines():
    """A logger of its own, and what it has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.Logger("ss_admin.test")  # noqa: LOG001 - apart from the process's own loggers
    logger.addHandler(handler)

    def written() -> list[dict[str, object]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    return logger, written, stream.getvalue


def test_line_is_one_json_object_with_stable_names(lines) -> None:
    logger, written, _ = lines
    logger.info("request\nwith a line break", extra={"request_id": "r1", "status": 200})
    (line,) = written()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "ss_admin.test",
        "message": "request\nwith a line break",
        "request_id": "r1",
        "status": 200,
    }


def test_api_key_is_masked_wherever_it_stands(lines) -> None:
    logger, written, _ = lines
    key = new_api_key()
    logger.warning("called with %s", key, extra={"header": {"x-api-key": key}, "url": f"/x?key={key}&a=1"})
    try:
        {}[f"bad key {key}"]
    except KeyError:
        logger.exception("failed", stack_info=True)
    text = json.dumps(written(), ensure_ascii=False)
    assert key not in text
    assert text.count(mask_api_key(key)) >= 4


def test_traceback_is_one_field(lines) -> None:
    logger, written, _ = lines
    try:
        {}["x"]
    except KeyError:
        logger.exception("failed")
    (line,) = written()
    assert "Traceback" in line["exception"]
    assert "KeyError: 'x'" in line["exception"]


def test_anything_can_be_logged(lines) -> None:
    logger, written, text = lines
    logger.info("lone \ud800 surrogate", extra={"thing": object(), "items": {1, 2}})
    assert written()[0]["message"] == "lone \ud800 surrogate"
    assert text().isascii()


def test_configuring_replaces_what_was_there() -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        configure_logging("WARNING", stream)
        configure_logging("WARNING", stream)
        logging.getLogger("anything").info("not told")
        logging.getLogger("anything").warning("told")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["told"]
