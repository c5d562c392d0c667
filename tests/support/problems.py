"""What every problem document must be, whatever it tells of."""

from collections.abc import Sequence

from werkzeug.test import TestResponse


def refused(answer: TestResponse, status: int, code: str, pointers: Sequence[str] | None = None) -> None:
    """Check that the answer is this problem and, where given, that its faults stand exactly at `pointers`."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == code
    assert answer.json["status"] == status
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    if pointers is not None:
        assert [fault["pointer"] for fault in answer.json["errors"]] == list(pointers)
        assert all(fault["detail"] for fault in answer.json["errors"])
