"""An administrator who changes keys and chains through the services, as the routes do."""

from datetime import UTC, datetime

from sqlalchemy import insert

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.propagation.service import PropagationService
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import RuleChainRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyStatus, NewApiKey
from tests.support.backend import ADDRESS, PASSWORD, PEPPER, cheap_passwords

__all__ = ["Changing"]


class Changing:
    """A tenant with one administrator. `name` tells apart several of them in one store."""

    def __init__(self, store: Store, name: str = "ada.admin") -> None:
        self.store = store
        directory = Directory(store, cheap_passwords())
        self.tenant = directory.create_tenant(f"Tenant of {name}")
        user = directory.create_user(
            tenant=self.tenant.name, username=name, name=name, role=Role.TENANT_ADMIN, password=PASSWORD
        )
        self.actor = Actor(
            user_id=user.id, name=user.name, tenant_id=self.tenant.id, role=Role.TENANT_ADMIN, address=ADDRESS
        )
        self.api_keys = ApiKeysService(store, PEPPER.encode())
        self.propagation = PropagationService(store)

    def new_key(self) -> str:
        """A new key's id."""
        return self.api_keys.create(self.actor, NewApiKey(name="Alarm", user_id=self.actor.user_id)).api_key.id

    def rename(self, key_id: str, name: str) -> None:
        """Change a key."""
        self.api_keys.change(self.actor, key_id, ApiKeyChange(name=name))

    def disable(self, key_id: str) -> None:
        """Disable a key."""
        self.api_keys.change(self.actor, key_id, ApiKeyChange(status=ApiKeyStatus.DISABLED))

    def enable(self, key_id: str) -> None:
        """Enable a key."""
        self.api_keys.change(self.actor, key_id, ApiKeyChange(status=ApiKeyStatus.ACTIVE))

    def new_chain(self, rulechain_id: str) -> str:
        """A new chain that does nothing."""
        now = datetime.now(UTC)
        nothing: dict[str, object] = {}
        with self.store.writing() as session:
            session.execute(
                insert(RuleChainRow).values(
                    id=rulechain_id,
                    tenant_id=self.tenant.id,
                    name="Chain",
                    name_folded="chain",
                    description="",
                    is_external=True,
                    enabled=True,
                    input_schema=nothing,
                    definition=nothing,
                    sample_payload=nothing,
                    created_at=now,
                    updated_at=now,
                    version=1,
                    definition_version=1,
                )
            )
        return rulechain_id
