"""Whatever is sent, the answer is a success or a problem with its place: never an error of ours. On both databases."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ss_admin.contract.api_keys import ApiKeySort, NewApiKey
from tests.support.any_input import awkward_texts, check, numbers, send, values_of

KEYS = "/api/v1/api-keys"
ANYTHING = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

values = values_of(st.one_of(st.text(max_size=120), awkward_texts))
names = st.text(st.characters(), max_size=130)
moments = st.one_of(
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2099-02-30T00:00:00Z", "99999-01-01T00:00Z"]
    ),
)


def bodies(user_id):
    fields = {
        "name": st.one_of(names, values),
        "user_id": st.one_of(st.just(user_id), values),
        "expires_at": st.one_of(moments, values),
        "expires_in_days": st.one_of(st.integers(-1, 40_000), values),
        "rate_limit": st.one_of(
            st.fixed_dictionaries({"max_requests": numbers, "window_seconds": st.integers(0, 90_000)}), values
        ),
        "permissions": st.one_of(st.just({"entities": ["read"]}), st.just({"entities": ["write"] * 3}), values),
        "status": st.one_of(st.just("disabled"), values),
    }
    return st.fixed_dictionaries({}, optional=fields)


def test_any_order_to_create_or_change(signed_in, admin):
    order = {"name": "Alarm", "user_id": admin.user_id}
    where = send(signed_in.post, KEYS, order).headers["Location"]

    @ANYTHING
    @given(bodies(admin.user_id))
    def answered(body):
        check(send(signed_in.post, KEYS, {**order, **body}), 201)
        check(send(signed_in.patch, where, body), 200)

    answered()
    listed = signed_in.get(KEYS, query_string={"limit": 1000})
    assert listed.status_code == 200
    for sort in ApiKeySort:
        assert signed_in.get(KEYS, query_string={"sort": sort.value, "limit": 1}).status_code == 200


def test_any_name_that_is_taken_is_found_again(signed_in, admin):
    @ANYTHING
    @given(names)
    def kept(name):
        answer = send(signed_in.post, KEYS, {"name": name, "user_id": admin.user_id})
        check(answer, 201)
        if answer.status_code == 201:
            key = answer.json["api_key"]
            assert key["name"] == NewApiKey(name=name, user_id="u").name
            found = signed_in.get(KEYS, query_string={"search": key["name"], "limit": 1000})
            assert key["id"] in {item["id"] for item in found.json["items"]}, found.text

    kept()


def test_any_bulk_order_and_any_query(signed_in):
    @ANYTHING
    @given(
        values,
        st.dictionaries(
            st.sampled_from(["search", "status", "expiry", "user_id", "sort", "cursor", "limit", "offset"]), st.text()
        ),
    )
    def answered(value, parameters):
        check(send(signed_in.post, f"{KEYS}/bulk-delete", {"ids": value}), 200)
        check(send(signed_in.post, f"{KEYS}/bulk-status", {"ids": [value], "status": "active"}), 200)
        sendable = {name: text.encode("utf-8", "replace") for name, text in parameters.items()}
        check(signed_in.get(KEYS, query_string=sendable), 200)

    answered()


def test_any_address(signed_in):
    for address in ("%00", "%ff", "..", "%2e%2e%2fusers", "a" * 300, "%F0%9F%9A%A8"):
        for method in (signed_in.get, signed_in.delete):
            check(method(f"{KEYS}/{address}"), 308)
