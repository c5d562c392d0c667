"""Answers are put together by hand for speed: they must be what the contract's models would have said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.gateway.answers import Answer, execution_answer, problem_answer
from ss_admin.backend.gateway.limits.decisions import LimitDecision
from ss_admin.backend.gateway.limits.local import SlidingWindowLimiter
from ss_admin.backend.gateway.rate_limits import LimitTexts
from ss_admin.backend.problems import PROBLEM_STATUS, ProblemError, problem_document
from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.problems import FieldFault, ProblemCode
from ss_admin.contract.rule_chains import ExecutionAnswer

REQUEST_ID = "018f0000-0000-7000-a000-000000000000"
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def headers_of(answer: Answer) -> dict[str, str]:
    assert len(dict(answer.headers)) == len(answer.headers)
    return dict(answer.headers)


@pytest.mark.parametrize("code", ProblemCode)
@given(
    detail=ANY_TEXT,
    faults=st.none() | st.lists(st.builds(FieldFault, pointer=ANY_TEXT, detail=ANY_TEXT), max_size=3),
    execution_id=st.none() | st.just("018f0000-0000-7000-a000-000000000001"),
)
def test_a_problem_document_is_what_the_model_says(
    code: ProblemCode, detail: str, faults: list[FieldFault] | None, execution_id: str | None
) -> None:
    error = ProblemError(code, detail, errors=faults, execution_id=execution_id)
    answer = problem_answer(error, REQUEST_ID)
    assert answer.body == problem_document(error, REQUEST_ID).model_dump_json(exclude_none=True).encode()
    assert (answer.status, answer.code) == (PROBLEM_STATUS[code][0], code.value)
    assert answer.status_line.startswith(f"{answer.status} ")


def test_a_problem_carries_the_headers_of_its_status_and_its_own() -> None:
    limits = [("X-RateLimit-Limit", "5")]
    told = headers_of(problem_answer(ProblemError(ProblemCode.INVALID_API_KEY, "No."), REQUEST_ID, limits))
    assert told == {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-RateLimit-Limit": "5",
        "WWW-Authenticate": 'ApiKey realm="signalsync", header="x-api-key"',
        "X-Request-Id": REQUEST_ID,
    }
    busy = ProblemError(ProblemCode.UNAVAILABLE, "Busy.", headers={"Retry-After": "1"})
    assert headers_of(problem_answer(busy, REQUEST_ID))["Retry-After"] == "1"
    assert headers_of(problem_answer(ProblemError(ProblemCode.UNAVAILABLE, "Gone."), REQUEST_ID))["Retry-After"] == "2"
    assert "Retry-After" not in headers_of(problem_answer(ProblemError(ProblemCode.NOT_FOUND, "No."), REQUEST_ID))


@given(duration_us=st.integers(0, 10**12))
def test_an_execution_is_what_the_model_says(duration_us: int) -> None:
    result, duration_ms = '{"a":[1,2.5,"é"],"b":null}', duration_us / 1000
    answer = execution_answer("e-1", "c-1", result.encode(), duration_ms, [("A", "b")], REQUEST_ID)
    model = ExecutionAnswer.model_validate_json(answer.body)
    assert (model.execution_id, model.rulechain_id, model.duration_ms) == ("e-1", "c-1", duration_ms)
    assert answer.body.startswith(b'{"execution_id":"e-1","rulechain_id":"c-1","status":"succeeded","result":{"a":')
    assert (answer.status_line, answer.code) == ("200 OK", "succeeded")
    assert headers_of(answer) == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "A": "b",
        "X-Request-Id": REQUEST_ID,
    }


class TestLimitTexts:
    @pytest.mark.parametrize(
        ("limit", "detail"),
        [
            (RateLimit(max_requests=1, window_seconds=86_400), "once in 86,400 s. Try again in 1,234 s."),
            (RateLimit(max_requests=1_000_000, window_seconds=60), "1,000,000 times in 60 s. Try again in 1,234 s."),
        ],
    )
    def test_a_refusal_is_the_problem_document_of_its_kind(self, limit: RateLimit, detail: str) -> None:
        texts = LimitTexts(limit.max_requests, limit.window_seconds)
        decision = LimitDecision(False, 0, 1234, 1234, 0)
        error = ProblemError(
            ProblemCode.RATE_LIMITED, f"This API key may call {detail}", headers={"Retry-After": "1234"}
        )
        assert texts.refuse(decision, REQUEST_ID) == problem_answer(error, REQUEST_ID, texts.headers(decision))

    def test_every_answer_tells_the_limit_and_what_is_left_of_it(self) -> None:
        limit = RateLimit(max_requests=100, window_seconds=60)
        window = SlidingWindowLimiter().window("key", limit)
        assert LimitTexts(100, 60).headers(window.decide()) == [
            ("RateLimit-Policy", '"default";q=100;w=60'),
            ("RateLimit", '"default";r=99;t=60'),
            ("X-RateLimit-Limit", "100"),
            ("X-RateLimit-Remaining", "99"),
            ("X-RateLimit-Reset", "60"),
        ]
