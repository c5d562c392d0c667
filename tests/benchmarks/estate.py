"""What the bench calls: a tenant with the demo's rule chain, and keys of every kind whose secrets are known here.

Rows are written straight into the database: a thousand keys through the admin API would take longer than the bench.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.api_keys.changes import KeySettings, column_values
from ss_admin.backend.api_keys.digest import api_key_digest
from ss_admin.backend.rule_chains.changes import ChainSettings, folded_name
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, RuleChainVersionRow, UserRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_key_format import PREFIX, RANDOM_LENGTH, check_characters, mask_api_key
from ss_admin.contract.api_keys import ApiKeyStatus, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef
from ss_admin.resource_files import resource_path
from tests.benchmarks.load import CONNECTIONS
from tests.support.backend import PASSWORD, PEPPER, cheap_passwords

__all__ = ["ADMIN", "Estate", "derive_key", "key_row", "write_estate"]

ADMIN = "ada.admin"

KEYS = 1000
LIMIT = RateLimit(max_requests=100, window_seconds=1)
"""Never reached by the load: a thousand keys take turns."""
_HOT_LIMIT = RateLimit(max_requests=1_000_000, window_seconds=10)
_USED_UP_LIMIT = RateLimit(max_requests=1, window_seconds=86_400)


@dataclass(frozen=True)
class _Kind:
    count: int
    rate_limit: RateLimit | None
    status: ApiKeyStatus = ApiKeyStatus.ACTIVE
    expires_at: datetime | None = None

    def settings(self, admin: ObjectRef, name: str) -> KeySettings:
        return KeySettings(name.title(), admin, self.expires_at, self.rate_limit, Permissions(), self.status)


@dataclass(frozen=True)
class Estate:
    """What was written. `path`: of the rule chain's endpoint; keys by kind; `unknown` ones belong to nobody."""

    tenant: ObjectRef
    admin: ObjectRef
    path: str
    keys: dict[str, list[str]]


def write_estate(url: str) -> Estate:
    """Creates tables, a tenant with its administrator (`ADMIN`, `PASSWORD`), the demo's chain and keys."""
    store = Store.open(url)
    upgrade(store)
    directory = Directory(store, cheap_passwords())
    tenant = directory.create_tenant("Bench")
    directory.create_user(tenant=tenant.name, username=ADMIN, name="Ada", role=Role.TENANT_ADMIN, password=PASSWORD)
    with store.reading() as session:
        admin = ObjectRef(id=session.scalars(select(UserRow.id)).one(), name="Ada")
    now = datetime.now(UTC)
    kinds = {
        "limited": _Kind(KEYS, LIMIT),
        "unlimited": _Kind(KEYS, None),
        "busy": _Kind(CONNECTIONS, _HOT_LIMIT),
        "hot": _Kind(1, _HOT_LIMIT),
        "used up": _Kind(1, _USED_UP_LIMIT),
        "disabled": _Kind(KEYS, LIMIT, status=ApiKeyStatus.DISABLED),
        "expired": _Kind(KEYS, LIMIT, expires_at=now - timedelta(days=1)),
    }
    keys = {name: [derive_key(f"{name} {number}") for number in range(kind.count)] for name, kind in kinds.items()}
    rows = [key_row(tenant, admin, now, key, kinds[name].settings(admin, name)) for name in keys for key in keys[name]]
    with store.writing() as session:
        rulechain_id = _write_chain(session, tenant, now)
        session.connection().execute(insert(ApiKeyRow), rows)
    store.close()
    keys["unknown"] = [derive_key(f"unknown {number}") for number in range(KEYS)]
    keys["malformed"] = [f"{key[:-1]}{'1' if key[-1] != '1' else '2'}" for key in keys["unknown"]]
    keys["missing"] = [""]
    return Estate(tenant, admin, f"/rulechains/{rulechain_id}/execute", keys)


def derive_key(seed: str) -> str:
    """A well-formed API key, always the same for the same seed: for databases that are thrown away."""
    random_part = hashlib.sha256(seed.encode()).hexdigest()[:RANDOM_LENGTH]
    return PREFIX + random_part + check_characters(random_part)


def key_row(
    tenant: ObjectRef, admin: ObjectRef, now: datetime, api_key: str, settings: KeySettings
) -> dict[str, object]:
    """The columns of a key that was never used."""
    masked_key = mask_api_key(api_key)
    return {
        **column_values(settings, masked_key),
        "id": str(uuid.uuid4()),
        "tenant_id": tenant.id,
        "digest": api_key_digest(PEPPER.encode(), api_key),
        "masked_key": masked_key,
        "last_used_at": None,
        "last_used_address": None,
        "created_at": now,
        "created_by_id": admin.id,
        "created_by_name": admin.name,
        "updated_at": now,
        "version": 1,
    }


def _write_chain(session: Session, tenant: ObjectRef, now: datetime) -> str:
    document = json.loads(resource_path("sample-chains/building-alarm.json").read_text(encoding="utf-8"))
    settings, rulechain_id = ChainSettings(**document), str(uuid.uuid4())
    chain = {
        **vars(settings),
        "id": rulechain_id,
        "tenant_id": tenant.id,
        "name_folded": folded_name(settings.name),
        "created_at": now,
        "updated_at": now,
        "version": 1,
        "definition_version": 1,
    }
    version = {
        "rulechain_id": rulechain_id,
        "version": 1,
        "input_schema": settings.input_schema,
        "definition": settings.definition,
        "saved_at": now,
    }
    session.execute(insert(RuleChainRow).values(chain))
    session.execute(insert(RuleChainVersionRow).values(version))
    return rulechain_id
