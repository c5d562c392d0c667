"""Whatever is sent, the answer is a success or a problem with its place: never an error of ours. On both databases."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ss_admin.contract.rule_chains import ChainTestResult, RuleChainDetail
from tests.support.any_input import awkward_texts, check, send, values_of
from tests.support.partner import plant_chain
from tests.support.rule_chains import chain_order
from tests.support.sample_chains import sample_document

CHAINS = "/api/v1/rulechains"
ANYTHING = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

texts = st.one_of(
    st.text(max_size=120),
    awkward_texts,
    st.sampled_from(["__proto__", "[" * 5000, "((((", "a.b.c[0]", "1 / 0", "$", "{{ n }}"]),
)
values = values_of(texts)
MEMBERS = ["name", "description", "is_external", "enabled", "input_schema", "definition", "sample_payload"]


def places_within(value, path=()):
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places_within(part, (*path, key))


SAMPLE = {name: value for name, value in sample_document().items() if name in MEMBERS}
PLACES = [path for path in places_within(SAMPLE) if path]


@st.composite
def spoilt_chains(draw):
    """A chain that works, with something else at a few of its places, or nothing at all."""
    chain = copy.deepcopy(SAMPLE)
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4)):
        part = chain
        try:
            for key in path[:-1]:
                part = part[key]
            if draw(st.booleans()):
                part[path[-1]] = draw(values)
            else:
                del part[path[-1]]
        except (LookupError, TypeError):
            continue  # what it was part of is no more
    return chain


@pytest.fixture
def where(signed_in):
    return send(signed_in.post, CHAINS, chain_order().model_dump(mode="json")).headers["Location"]


def test_any_chain_is_stored_whole_or_refused(signed_in, where):
    @ANYTHING
    @given(chain=st.one_of(spoilt_chains(), st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, values))))
    def run(chain):
        created = send(signed_in.post, CHAINS, chain)
        check(created, 201)
        if created.status_code == 201:
            RuleChainDetail.model_validate(created.json)
            assert created.json["definition"] == chain["definition"]
            check(
                send(
                    signed_in.post, f"{created.headers['Location']}/test", {"payload": created.json["sample_payload"]}
                ),
                200,
            )
        check(send(signed_in.patch, where, chain), 200)
        assert signed_in.get(where).status_code == 200

    run()


def test_any_trial_tells_how_it_ended(signed_in, where):
    @ANYTHING
    @given(payload=values, definition=st.one_of(spoilt_chains().map(lambda chain: chain.get("definition")), values))
    def run(payload, definition):
        answer = send(signed_in.post, f"{where}/test", {"payload": payload, "definition": definition})
        check(answer, 200)
        if answer.status_code == 200:
            ChainTestResult.model_validate(answer.json)

    run()


def test_any_query(signed_in, where, store, tenant):
    executions = f"{CHAINS}/{plant_chain(store, tenant)}/executions"
    texts_in_queries = st.text(st.characters(exclude_categories=["Cs"]), max_size=250)
    parameters = ["search", "limit", "cursor", "offset", "outcome", "api_key_id", "since", "until"]

    @ANYTHING
    @given(query=st.dictionaries(st.sampled_from(parameters), texts_in_queries), path=texts_in_queries)
    def run(query, path):
        for address in (CHAINS, executions, f"{where}/api-keys"):
            check(signed_in.get(address, query_string=query), 200)
        check(signed_in.get(CHAINS, query_string={"search": path}), 200)

    run()
