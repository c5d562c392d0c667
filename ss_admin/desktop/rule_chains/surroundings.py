"""What the console's parts work with."""

from dataclasses import dataclass

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.executions import ExecutionsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme

__all__ = ["Surroundings"]


@dataclass(frozen=True)
class Surroundings:
    """Made once by the page, given to everything on it."""

    chains: RuleChainsClient
    executions: ExecutionsClient
    api_keys: ApiKeysClient
    background: Background
    clipboard: Clipboard
    theme: Theme
    preferences: Preferences
    clock: Clock = utc_now
