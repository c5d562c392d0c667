"""Errors in words: every error of the client has its sentence, and none shows what only programs understand."""

import inspect

import pytest

from ss_admin.client import errors
from ss_admin.client.errors import ClientError, ProblemAnswer, ServerUnavailable, SignInLocked, ValidationFailed
from ss_admin.contract.problems import FieldFault, Problem, ProblemCode
from ss_admin.desktop.error_text import describe, duration_in_words

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ClientError)]


def problem(code: ProblemCode, *faults: FieldFault) -> Problem:
    return Problem(
        type="t", title="T", status=400, detail="What went wrong.", code=code, request_id="r-1", errors=list(faults)
    )


def made(kind: type[ClientError]) -> ClientError:
    if issubclass(kind, ProblemAnswer):
        return kind(problem(ProblemCode.INTERNAL_ERROR), 61)
    return kind("a reason")


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_a_sentence_for_people(kind: type[ClientError]):
    text = describe(made(kind))
    assert text[0].isupper()
    assert text.rstrip().endswith(".")
    assert "_" not in text
    assert kind.__name__ not in text


def test_a_lock_says_how_long():
    locked = SignInLocked(problem(ProblemCode.SIGN_IN_LOCKED), 840)
    assert "14 minutes" in describe(locked)
    assert "2 minutes" in describe(ServerUnavailable(problem(ProblemCode.UNAVAILABLE), 61))


def test_refused_input_names_every_fault():
    faults = (FieldFault(pointer="/a", detail="too long"), FieldFault(pointer="/b", detail="not there"))
    text = describe(ValidationFailed(problem(ProblemCode.VALIDATION_FAILED, *faults)))
    assert "too long" in text
    assert "not there" in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 second"), (1, "1 second"), (40, "40 seconds"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes")],
)
def test_waits_are_rounded_up(seconds: int, words: str):
    assert duration_in_words(seconds) == words
