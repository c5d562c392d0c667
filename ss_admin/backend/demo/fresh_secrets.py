"""What is made anew at each start and kept nowhere: passwords to sign in with, and a key for sample calls."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import delete, select

from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.demo.names import TENANTS
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, SessionRow, TenantRow, UserRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_keys import NewApiKey
from ss_admin.contract.demo import DemoUser

__all__ = ["SampleCall", "make_sample_call", "new_password", "renew_passwords"]

_KEY_NAME: Final = "Sample calls"
_CHAIN_NAME: Final = "Building Alarm"
_EASY_TO_READ: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class SampleCall:
    """A key, a rule chain and a payload that answer 200 together. The key hides itself in the repr."""

    api_key: str = field(repr=False)
    rulechain_id: str
    payload: dict[str, Any]


def new_password() -> str:
    """Sixteen random characters that can be read aloud, in groups of four: 79 bits."""
    return "-".join("".join(secrets.choice(_EASY_TO_READ) for _ in range(4)) for _ in range(4))


def renew_passwords(store: Store, passwords: Passwords) -> list[DemoUser]:
    """Gives all Tenant Administrators, and the first person of each other role, a new password.

    Sessions from earlier starts end.
    """
    with store.reading() as session:
        query = select(UserRow, TenantRow.name).join(TenantRow, TenantRow.id == UserRow.tenant_id)
        people = [(user, tenant) for user, tenant in session.execute(query)]
    chosen = _worth_signing_in_as(people)
    fresh = [new_password() for _ in chosen]
    with ThreadPoolExecutor(max_workers=4) as pool:
        hashes = list(pool.map(passwords.hash, fresh))
    with store.writing() as session:
        session.execute(delete(SessionRow))
        for (user, _), password_hash in zip(chosen, hashes, strict=True):
            session.get_one(UserRow, user.id).password_hash = password_hash
    return [
        DemoUser(username=user.username, password=password, role=Role(user.role), tenant=tenant)
        for (user, tenant), password in zip(chosen, fresh, strict=True)
    ]


def make_sample_call(store: Store, api_keys: ApiKeysService) -> SampleCall:
    """A new key in the first tenant for its building alarm; the one of an earlier start is deleted."""
    with store.reading() as session:
        tenant_id = session.scalars(select(TenantRow.id).where(TenantRow.name == TENANTS[0][0])).one()
        admin = session.scalars(
            select(UserRow).where(UserRow.tenant_id == tenant_id, UserRow.name == TENANTS[0][1][0][0])
        ).one()
        chain = session.scalars(
            select(RuleChainRow).where(RuleChainRow.tenant_id == tenant_id, RuleChainRow.name == _CHAIN_NAME)
        ).one()
        earlier = session.scalars(
            select(ApiKeyRow.id).where(ApiKeyRow.tenant_id == tenant_id, ApiKeyRow.name == _KEY_NAME)
        ).all()
    actor = Actor(user_id=admin.id, name=admin.name, tenant_id=tenant_id, role=Role(admin.role), address="127.0.0.1")
    for api_key_id in earlier:
        api_keys.delete(actor, api_key_id)
    created = api_keys.create(actor, NewApiKey(name=_KEY_NAME, user_id=admin.id, expires_in_days=30))
    return SampleCall(created.secret, chain.id, chain.sample_payload)


def _worth_signing_in_as(people: Sequence[tuple[UserRow, str]]) -> list[tuple[UserRow, str]]:
    order = {name: (place, index) for place, (_, names) in enumerate(TENANTS) for index, (name, _) in enumerate(names)}
    found: dict[tuple[str, str, str], tuple[UserRow, str]] = {}
    for user, tenant in sorted(people, key=lambda person: order.get(person[0].name, (9, 0))):
        each = user.username if user.role == Role.TENANT_ADMIN else ""
        found.setdefault((tenant, user.role, each), (user, tenant))
    return list(found.values())
