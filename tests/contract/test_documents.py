"""Documents on the wire: what is taken, what is refused, and what never shows itself."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from ss_admin.contract.accounts import Role, Session, SessionGrant, SignIn, User
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyCreated, NewApiKey, Permissions, RateLimit
from ss_admin.contract.documents import Label, ObjectRef, UtcInstant


class Labelled(BaseModel):
    label: Label


class Timed(BaseModel):
    at: UtcInstant


@given(st.text())
def test_a_label_is_trimmed_printable_and_at_most_100_characters_or_refused(text: str) -> None:
    try:
        label = Labelled(label=text).label
    except ValidationError:
        return
    assert label == label.strip()
    assert 1 <= len(label) <= 100
    label.encode("utf-8")
    assert label.isprintable() or all(
        character.isprintable() or character.isspace() or ord(character) > 127 for character in label
    )


INVISIBLE = ["\u200b", "\u2060\ufeff", "\u0301", "\u00ad", "\U000e0001"]
TURNING_TEXT_AROUND = ["a\u202eb", "\u2066a", "a\u200f\u202d"]


@pytest.mark.parametrize("label", [*INVISIBLE, *TURNING_TEXT_AROUND])
def test_a_label_that_cannot_be_seen_or_reads_otherwise_than_it_is_written_is_refused(label: str) -> None:
    with pytest.raises(ValidationError):
        Labelled(label=label)


@pytest.mark.parametrize("label", ["\U0001f469\u200d\U0001f527", "\u05d0\u200f", "e\u0301", "1", "€", "—"])
def test_a_label_in_any_script_with_joiners_and_accents_is_taken(label: str) -> None:
    assert Labelled(label=label).label


@pytest.mark.parametrize("label", ["", "   ", "x" * 101, "a\x00b", "a\nb", "\ud800", 7, None])
def test_what_is_no_label_is_refused(label: object) -> None:
    with pytest.raises(ValidationError):
        Labelled(label=label)


def test_a_label_of_exactly_100_characters_after_trimming_is_taken() -> None:
    assert len(Labelled(label=f"  {'x' * 100}  ").label) == 100


def test_times_are_utc_on_the_wire_whatever_zone_they_came_in() -> None:
    assert Timed(at="2026-12-23T14:00:00+02:00").model_dump_json() == '{"at":"2026-12-23T12:00:00Z"}'


@pytest.mark.parametrize("moment", ["2026-12-23T14:00:00", "0001-01-01T00:00:00+14:00", "soon"])
def test_a_time_without_a_zone_or_outside_the_calendar_is_refused(moment: str) -> None:
    with pytest.raises(ValidationError):
        Timed(at=moment)


def test_a_new_key_is_limited_to_100_per_minute_unless_told_otherwise() -> None:
    assert NewApiKey(name="a", user_id="u").rate_limit == RateLimit(max_requests=100, window_seconds=60)
    assert NewApiKey(name="a", user_id="u", rate_limit=None).rate_limit is None


@pytest.mark.parametrize(
    "limit",
    [(0, 60), (1_000_001, 60), (100, 0), (100, 86_401), ("100", 60), (1.5, 60), (True, 60)],
)
def test_a_limit_outside_its_bounds_is_refused(limit: tuple[object, object]) -> None:
    with pytest.raises(ValidationError):
        RateLimit(max_requests=limit[0], window_seconds=limit[1])


def test_two_expiries_at_once_are_refused() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    with pytest.raises(ValidationError, match="not both"):
        NewApiKey(name="a", user_id="u", expires_at=moment, expires_in_days=1)
    with pytest.raises(ValidationError, match="not both"):
        ApiKeyChange(expires_at=None, expires_in_days=1)


def test_a_change_knows_which_fields_were_given() -> None:
    assert ApiKeyChange(expires_at=None).model_dump(exclude_unset=True) == {"expires_at": None}


def test_an_unknown_field_is_refused_since_it_would_be_without_effect() -> None:
    with pytest.raises(ValidationError):
        ApiKeyChange.model_validate({"expires": None})


def test_permissions_are_kept_in_one_order_each_once() -> None:
    assert [*Permissions(entities=["write", "read"]).entities] == ["read", "write"]
    with pytest.raises(ValidationError):
        Permissions(entities=[])


def test_passwords_tokens_and_secrets_do_not_show_in_a_repr() -> None:
    user = User(id="1", username="kim", name="Kim", role=Role.TENANT_ADMIN)
    session = Session(user=user, tenant=ObjectRef(id="t", name="T"), expires_at=datetime(2030, 1, 1, tzinfo=UTC))
    assert "geheim" not in repr(SessionGrant(token="geheim", session=session))
    assert "geheim" not in repr(SignIn(username="kim", password="geheim"))
    assert "geheim" not in repr(ApiKeyCreated.model_construct(secret="geheim"))
