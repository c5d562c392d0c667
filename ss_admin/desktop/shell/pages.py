"""The pages of the window, in the sidebar's order, built for one signed-in person."""

from collections.abc import Sequence

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.activity import ActivityClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.executions import ExecutionsClient
from ss_admin.client.refusals import RefusalsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.client.signals import SignalsClient
from ss_admin.client.usage import UsageClient
from ss_admin.desktop.activity.page import ActivityPage
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.key_page.page import KeyPage
from ss_admin.desktop.key_page.surroundings import Surroundings as KeySurroundings
from ss_admin.desktop.refusals.asking import RefusalAsking
from ss_admin.desktop.rule_chains.page import RuleChainsPage
from ss_admin.desktop.shell.keys_place import KeysPlace
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
    activity = ActivityPage(
        ActivityClient(connection),
        background=around.background,
        clipboard=around.clipboard,
        theme=around.theme,
        preferences=around.preferences,
    )
    keys = KeysPlace(_list_of_keys(connection, around), _page_of_a_key(connection, around))
    keys.activity_requested.connect(activity.show_object)
    activity.key_opened.connect(keys.open_key)
    path = ("Settings", "Security & API", API_KEYS)
    return (
        Place(("Rule Chains",), "ph.flow-arrow", rule_chains, rule_chains, rule_chains.unsaved),
        Place(path, "ph.key", keys, keys, summons=(activity.key_opened,), open_key=keys.open_key),
        Place(("Activity",), "ph.clock-counter-clockwise", activity, activity, summons=(keys.activity_requested,)),
    )


def _list_of_keys(connection: Connection, around: Surroundings) -> ApiKeysPage:
    """The list, and over it “Why was a call refused?”."""
    api_keys = ApiKeysPage(
        api_keys=ApiKeysClient(connection),
        accounts=AccountsClient(connection),
        rule_chains=RuleChainsClient(connection),
        signals=SignalsClient(connection),
        background=around.background,
        clipboard=around.clipboard,
        theme=around.theme,
        preferences=around.preferences,
    )
    asking = RefusalAsking(
        RefusalsClient(connection),
        api_keys,
        background=around.background,
        clipboard=around.clipboard,
        theme=around.theme,
    )
    api_keys.explain_requested.connect(asking.open)
    asking.key_opened.connect(api_keys.key_opened)
    asking.failed.connect(api_keys.failed)
    return api_keys


def _page_of_a_key(connection: Connection, around: Surroundings) -> KeyPage:
    surroundings = KeySurroundings(
        ApiKeysClient(connection),
        UsageClient(connection),
        SignalsClient(connection),
        ActivityClient(connection),
        around.background,
        around.clipboard,
        around.theme,
    )
    return KeyPage(surroundings)
