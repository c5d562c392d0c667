"""The pages of the window, in the sidebar's order, built for one signed-in person."""

from collections.abc import Sequence

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.activity import ActivityClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.executions import ExecutionsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.desktop.activity.page import ActivityPage
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.rule_chains.page import RuleChainsPage
from ss_admin.desktop.shell.place import Place, Surroundings

__all__ = ["API_KEYS", "build_places"]

API_KEYS = "API Keys Management"


def build_places(connection: Connection, around: Surroundings) -> Sequence[Place]:
    """Every page, asking over `connection`."""
    rule_chains = RuleChainsPage(
        RuleChainsClient(connection),
        ExecutionsClient(connection),
        ApiKeysClient(connection),
        background=around.background,
        clipboard=around.clipboard,
        theme=around.theme,
        preferences=around.preferences,
    )
    api_keys = ApiKeysPage(
        api_keys=ApiKeysClient(connection),
        accounts=AccountsClient(connection),
        rule_chains=RuleChainsClient(connection),
        background=around.background,
        clipboard=around.clipboard,
        theme=around.theme,
        preferences=around.preferences,
    )
    activity = ActivityPage(
        ActivityClient(connection),
        background=around.background,
        theme=around.theme,
        preferences=around.preferences,
    )
    return (
        Place(("Rule Chains",), "ph.flow-arrow", rule_chains, rule_chains, rule_chains.unsaved),
        Place(("Settings", "Security & API", API_KEYS), "ph.key", api_keys, api_keys),
        Place(("Activity",), "ph.clock-counter-clockwise", activity, activity),
    )
