"""Search against a naive model on both databases: every text, whatever characters it has, finds what it should."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text

from ss_admin.backend.api_keys.listing import ApiKeyQuery
from ss_admin.backend.api_keys.search import fold, indexed_text, searched_text, sorting_text
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.api_keys import ApiKeyChange, NewApiKey
from ss_admin.contract.documents import SEARCH_MAX_CHARACTERS, Label, ObjectRef, SearchText
from tests.support.api_keys import Seed, plant

PIECES = [
    "Building",
    "Alarm",
    "alarm system",
    "ÄRZTE",
    "straße",
    "ﬁre",
    "İstanbul",
    "日本語",
    "データ",
    "100%",
    "a_b",
    "\\",
]
PIECES += [
    '"quoted"',
    "O'Neil",
    "x*",
    "NEAR(",
    "AND",
    "--",
    "🚨🚨",
    "e\u0301",
    "Ｆｕｌｌ",
    "b",
    "ab",
    "…",
    "ﷺ",
    "^:",
    "a-b",
]
NAMED = {"max_examples": 150, "deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


def matches_naively(fields, query):
    """What the searcher expects: three or more characters anywhere in a field, one or two where a word begins."""
    wanted = " ".join(fold(mask_api_keys_within(query)).split())
    plain = [" ".join(fold(field).split()) for field in fields]
    if len(wanted) < 3:
        return any(word.startswith(wanted) for field in plain for word in field.split(" "))
    return any(wanted in field for field in plain)


@pytest.fixture
def pool(store, admin, town):
    """Keys with awkward names, of users with awkward names."""
    chance = random.Random(7)
    users = [ObjectRef(id=admin.user_id, name=admin.name)]
    for number, name in enumerate(["Maria Keller", "ÉMILE Żółć", "b%_ \\ o'user"]):
        users.append(ObjectRef(id=town.person(admin.tenant, f"user{number}", name=name).user_id, name=name))
    labels = TypeAdapter(Label)
    seeds = [
        Seed(
            name=labels.validate_python(" ".join(chance.choices(PIECES, k=chance.randint(1, 4)))),
            user=chance.choice(users),
        )
        for _ in range(120)
    ]
    plant(store, admin.tenant, users[0], seeds)


def is_search(candidate):
    try:
        TypeAdapter(SearchText).validate_python(candidate)
    except ValidationError:
        return False
    return len(candidate) <= SEARCH_MAX_CHARACTERS


def test_search_finds_what_the_naive_model_finds(api_keys, admin, pool):
    everything = api_keys.list_page(admin.actor, ApiKeyQuery(limit=1000)).items
    fields = {key.id: (key.name, key.user.name, key.masked_key) for key in everything}
    texts = sorted({field for key in fields.values() for field in key})
    parts = st.sampled_from(texts).flatmap(
        lambda whole: st.tuples(st.integers(0, len(whole)), st.integers(1, 12)).map(lambda at: whole[at[0] :][: at[1]])
    )
    words = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join)

    @settings(**NAMED)
    @given(st.one_of(parts, parts.map(str.upper), words, st.text(max_size=5)).filter(is_search))
    def found_as_expected(query):
        page = api_keys.list_page(admin.actor, ApiKeyQuery(search=query, limit=1000))
        expected = {key_id for key_id, parts in fields.items() if matches_naively(parts, query)}
        assert {key.id for key in page.items} == expected
        assert page.total == len(expected)

    found_as_expected()


FOUND = [
    ("build", ["Building Alarm"]),
    ("BUILDING ALARM", ["Building Alarm"]),
    ("uild", ["Building Alarm"]),
    ("g  al", ["Building Alarm"]),
    ("b", ["Building Alarm", "Heat Bridge"]),
    ("br", ["Heat Bridge"]),
    ("ri", []),
    ("%", []),
    ("_", []),
    ("%%%", []),
    ("   ", ["Building Alarm", "Heat Bridge"]),
    ("ada adm", ["Building Alarm", "Heat Bridge"]),
    ("alarm ada", []),
    ("AAAA…z", ["Building Alarm"]),
    ("aaaa", ["Building Alarm"]),
]


def test_search_looks_in_name_user_and_masked_key_and_not_across_them(api_keys, admin, planted):
    planted(
        [Seed(name="Building Alarm", masked_key="ss_aAaA…zZzZ"), Seed(name="Heat Bridge", masked_key="ss_1234…5678")]
    )
    for query, found in FOUND:
        page = api_keys.list_page(admin.actor, ApiKeyQuery(search=query))
        assert (query, sorted(key.name for key in page.items)) == (query, found)


def test_pasted_whole_key_finds_its_row_and_goes_no_further(api_keys, admin, caplog):
    caplog.set_level("DEBUG")
    created = api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id))
    api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id))
    query = ApiKeyQuery(search=f" {created.secret} ")
    assert [key.id for key in api_keys.list_page(admin.actor, query).items] == [created.api_key.id]
    assert created.secret not in repr(query)
    assert created.secret not in caplog.text
    assert created.secret.casefold()[7:38] not in searched_text(created.secret)


def test_search_keeps_up_with_every_change(api_keys, admin, town, store):
    def found(query):
        return api_keys.list_page(admin.actor, ApiKeyQuery(search=query)).total

    maria = town.person(admin.tenant, "maria", name="Maria Keller")
    key = api_keys.create(admin.actor, NewApiKey(name="Building Alarm", user_id=admin.user_id)).api_key
    other = api_keys.create(admin.actor, NewApiKey(name="Building Alarm", user_id=admin.user_id)).api_key
    assert (found("alarm"), found("maria"), found(key.masked_key)) == (2, 0, 1)
    api_keys.change(admin.actor, key.id, ApiKeyChange(name="Door Access", user_id=maria.user_id))
    assert (found("alarm"), found("door"), found("maria")) == (1, 1, 1)
    api_keys.delete(admin.actor, key.id)
    assert (found("door"), found("maria"), found(key.masked_key)) == (0, 0, 0)
    api_keys.delete_many(admin.actor, [other.id])
    assert found("alarm") == 0
    if store.dialect == "sqlite":
        with store.writing() as session:  # raises where the index and the table disagree
            session.execute(text("INSERT INTO api_key_search(api_key_search, rank) VALUES ('integrity-check', 1)"))


def test_search_of_one_tenant_never_finds_keys_of_another(api_keys, admin, other_admin, store, planted):
    planted([Seed(name="Building Alarm")])
    other = ObjectRef(id=other_admin.user_id, name=other_admin.name)
    plant(store, other_admin.tenant, other, [Seed(name="Building Alarm")] * 3)
    assert api_keys.list_page(admin.actor, ApiKeyQuery(search="alarm")).total == 1
    assert api_keys.list_page(other_admin.actor, ApiKeyQuery(search="alarm")).total == 3


@given(st.text(max_size=100))
def test_folding_is_stable_and_sorting_text_fits_its_column(name):
    assert len(sorting_text(name)) <= 400
    assert fold(name).split() == fold(fold(name)).split() or not name.isprintable()


@given(st.text(max_size=30), st.text(max_size=30))
def test_indexed_text_begins_every_word_with_two_spaces(name, user):
    stored = indexed_text(name=name, user_name=user, masked_key="ss_aaaa…bbbb")
    for line in stored.split("\n"):
        assert re.fullmatch(r"(  \S+)*", line)


def test_accents_and_case_do_not_part_names_that_belong_together():
    names = ["Zebra", "Arzt", "ärzte", "ALARM", "Ångström", "angst"]
    assert sorted(names, key=sorting_text) == ["ALARM", "angst", "Ångström", "Arzt", "ärzte", "Zebra"]


def test_query_hides_what_is_searched_for():
    assert "hidden" not in repr(replace(ApiKeyQuery(), search="hidden"))
