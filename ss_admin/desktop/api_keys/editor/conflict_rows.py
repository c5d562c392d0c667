"""Two versions of a key side by side: what the editor holds and what somebody else saved meanwhile. No Qt."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from ss_admin.contract.api_keys import ApiKey, RateLimit
from ss_admin.desktop.api_keys.editor.editor_draft import ApiKeyDraft, EditorField
from ss_admin.desktop.api_keys.editor.expiry_choice import ExpiryOption, short_moment
from ss_admin.desktop.api_keys.editor.scope_draft import ScopeDraft
from ss_admin.desktop.key_states import status_words
from ss_admin.desktop.rate_sentence import describe_rate
from ss_admin.desktop.widgets.versions import ConflictRow, difference_between

__all__ = ["compare_versions"]

_MOST_LISTED = 6


def compare_versions(
    base: ApiKey,
    draft: ApiKeyDraft,
    theirs: ApiKey,
    *,
    now: datetime,
    zone: tzinfo,
    name_of: Callable[[str], str],
) -> list[ConflictRow]:
    """Every field of the editor in its order. `base`: the version that the editor was opened with.

    `name_of` gives the words for a rule chain's id.
    """
    kept = draft.expiry.option is ExpiryOption.KEEP
    expires_at = base.expires_at if kept else draft.expiry.moment(now=now, zone=zone)
    user = draft.user or base.user
    scopes = (ScopeDraft.of(base), draft.scope, ScopeDraft.of(theirs))
    return [
        _row(EditorField.NAME, [(name, name) for name in (base.name, draft.name.strip(), theirs.name)]),
        _row(EditorField.USER, [(person.id, person.name) for person in (base.user, user, theirs.user)]),
        _row(EditorField.EXPIRES, [_expiry(at, zone) for at in (base.expires_at, expires_at, theirs.expires_at)]),
        _row("Rate limit", [_limit(limit) for limit in (base.rate_limit, draft.rate_limit, theirs.rate_limit)]),
        _row(EditorField.PERMISSIONS, [(each, each) for each in (", ".join(scope.entities) for scope in scopes)]),
        _row(EditorField.RULE_CHAINS, [_chains(scope, name_of) for scope in scopes]),
        _row(EditorField.ADDRESSES, [_addresses(scope) for scope in scopes]),
        _row(EditorField.STATUS, [(each, status_words(each)) for each in (base.status, draft.status, theirs.status)]),
    ]


def _row(label: str, versions: Sequence[tuple[str, str]]) -> ConflictRow:
    """The row of a field. `versions`: what is compared and the words for it, before, yours and theirs."""
    before, yours, theirs = versions
    return ConflictRow(label, yours[1], theirs[1], difference_between(before[0], yours[0], theirs[0]))


def _expiry(expires_at: datetime | None, zone: tzinfo) -> tuple[str, str]:
    words = "Never expires" if expires_at is None else short_moment(expires_at, zone)
    return words, words  # what falls into the same minute is the same to a reader


def _limit(limit: RateLimit | None) -> tuple[str, str]:
    words = describe_rate(limit.max_requests, limit.window_seconds) if limit else "No limit"
    return repr(limit), words


def _chains(scope: ScopeDraft, name_of: Callable[[str], str]) -> tuple[str, str]:
    if scope.rulechains is None:
        return "", "All rule chains"
    return " ".join(sorted(scope.rulechains)), _listed([name_of(chain_id) for chain_id in scope.rulechains])


def _addresses(scope: ScopeDraft) -> tuple[str, str]:
    networks = scope.allowed_addresses
    if networks is None:
        return "", "From any address"
    return " ".join(sorted(networks)), _listed(networks)


def _listed(words: Sequence[str]) -> str:
    """The first few, a line each, and how many more there are."""
    shown = list(words[:_MOST_LISTED])
    if len(words) > _MOST_LISTED:
        shown.append(f"… and {len(words) - _MOST_LISTED} more")
    return "\n".join(shown)
