"""Made-up values of every kind, sent to the admin API: what must always hold of the answer."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from werkzeug.test import TestResponse

numbers = st.one_of(st.integers(), st.integers(min_value=10**300, max_value=10**310), st.floats(), st.just(-0.0))
awkward_texts = st.sampled_from(["\ud800", "\x00", "\u2028"])


def values_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any JSON, and more than that, with these texts in it."""
    scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
    return st.recursive(
        scalars, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4))
    )


def check(answer: TestResponse, *successes: int) -> None:
    """It is one of these successes, or a problem document that says what is wrong and where."""
    if answer.status_code in successes:
        return
    assert answer.status_code in {400, 404, 422}, answer.text
    assert answer.mimetype == "application/problem+json"
    if answer.status_code == 422:
        assert answer.json["errors"]
        assert all(fault["detail"] for fault in answer.json["errors"])


def send(method: Callable[..., TestResponse], address: str, body: object) -> TestResponse:
    """The answer to a body that Python takes for JSON, whether or not it is."""
    return method(address, data=json.dumps(body).encode("utf-8"), content_type="application/json")
