"""The backend keeps what `/openapi.json` promises, whatever is sent: requests are made up from the document itself."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.article import SAMPLE_PAYLOAD
from tests.support.backend import PASSWORD
from tests.support.executions import an_execution, plant_executions
from tests.support.partner import plant_chain
from tests.support.planted_signals import plant_signal
from tests.support.sample_chains import sample_document

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SESSION = "/api/v1/session"


@pytest.fixture
def store_url(sqlite_url):
    """What is promised does not depend on the database."""
    return sqlite_url


@pytest.fixture
def operations(app):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) >= 27
    return sorted(found, key=lambda operation: operation.method.lower() == "delete")  # the key lives until the end


def _sample():
    chain = sample_document()
    return {"input_schema": chain["input_schema"], "definition": chain["definition"], "payload": dict(SAMPLE_PAYLOAD)}


class Caller:
    """Sends made-up requests as an administrator, with ids of objects that are there every other time."""

    def __init__(self, client, admin, key, objects):
        self._client, self._username = client, admin.username
        self._token = admin.token
        self._ids = {"api_key_id": key["api_key"]["id"], **objects}
        self._known = {"user_id": admin.user_id, "username": admin.username, "password": PASSWORD, **_sample()}
        self._secret = key["secret"]
        self._calls = 0

    def __call__(self, case):
        self._calls += 1
        if self._calls % 2:
            self._fill_in_what_is_there(case)
        headers = {"Authorization": f"Bearer {self._token}", "x-api-key": self._secret}
        response = case.call(headers=headers)
        case.validate_response(response, checks=PROMISES)
        if (case.method, case.path) == ("DELETE", SESSION):
            self._sign_in()
        return response.status_code

    def _fill_in_what_is_there(self, case):
        if case.path_parameters:
            case.path_parameters = {name: self._ids[name] for name in case.path_parameters}
        if case.path.endswith("/execute") and self._calls % 4 == 1:
            case.body = dict(SAMPLE_PAYLOAD)
        elif isinstance(case.body, dict):
            case.body |= {name: value for name, value in self._known.items() if name in case.body}

    def _sign_in(self):
        answer = self._client.post(SESSION, json={"username": self._username, "password": PASSWORD})
        assert answer.status_code == 201
        self._token = answer.json["token"]


@pytest.fixture
def caller(client, admin, store):
    body = {"name": "Alarm", "user_id": admin.user_id}
    key = client.post("/api/v1/api-keys", json=body, headers=admin.headers)
    assert key.status_code == 201
    rulechain_id = plant_chain(store, admin.tenant)
    [execution_id] = plant_executions(store, [an_execution(admin.tenant, rulechain_id)])
    signal_id = plant_signal(store, admin.tenant, key.json["api_key"]["id"], "never_expires")
    objects = {"rulechain_id": rulechain_id, "execution_id": execution_id, "signal_id": signal_id}
    return Caller(client, admin, key.json, objects)


def send_made_up(operation, mode, send):
    """Make up requests of the operation and send them; the statuses that came back."""
    statuses = set()

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        statuses.add(send(case))

    run()
    return statuses


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_administrators_requests_get_the_answers_that_are_described(operations, caller, mode):
    statuses = {
        operation.label: send_made_up(operation, mode, caller)
        for operation in operations
        if mode is GenerationMode.POSITIVE or operation.body or list(operation.iter_parameters())
    }
    if mode is GenerationMode.POSITIVE:
        refused = {label for label, found in statuses.items() if found == {401}}
        assert refused <= {"POST /api/v1/session", "POST /rulechains/{rulechain_id}/execute"}


def test_requests_without_a_session_get_the_answers_that_are_described(operations):
    def send(case):
        response = case.call()
        case.validate_response(response, checks=PROMISES)
        return response.status_code

    for operation in operations:
        statuses = send_made_up(operation, GenerationMode.POSITIVE, send)
        if operation.path.startswith("/api/v1"):
            assert statuses <= {401, 422, 429}, operation.label
