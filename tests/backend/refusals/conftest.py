"""Partners call through the whole app, their calls are written, and an administrator asks why."""

from collections.abc import Callable

import pytest
from flask import Flask

from ss_admin.backend.store.engine import Store
from ss_admin.contract.refusals import Refusal, RefusalAnswer
from tests.support.backend import Town
from tests.support.partner import Partner


@pytest.fixture
def partner(app: Flask, store: Store) -> Partner:
    return Partner(app, store)


@pytest.fixture
def ask(partner: Partner, store: Store) -> Callable[..., RefusalAnswer]:
    """Asks as the partner's administrator, by `request_id` or `api_key`."""
    client = Town(partner.app, store).client(partner.admin)

    def explain(**question: str) -> RefusalAnswer:
        partner.settle()
        answer = client.post("/api/v1/refusals/explain", json=question)
        assert answer.status_code == 200, answer.text
        return RefusalAnswer.model_validate(answer.json)

    return explain


@pytest.fixture
def why(partner: Partner, ask: Callable[..., RefusalAnswer]) -> Callable[..., Refusal]:
    """Why the call that got this answer was refused."""

    def explain(answer, status: int) -> Refusal:
        assert answer.status_code == status, answer.text
        [refusal] = ask(request_id=answer.headers["X-Request-Id"]).refusals
        assert refusal.request_id == answer.headers["X-Request-Id"]
        assert (refusal.status, refusal.address) == (status, "127.0.0.1")
        if refusal.code != "rulechain_failed":
            assert (refusal.code, refusal.detail.split("\n")[0]) == (answer.json["code"], answer.json["detail"])
        assert refusal.advice
        return refusal

    return explain
