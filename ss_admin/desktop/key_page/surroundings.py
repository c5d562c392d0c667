"""What the parts of a key's page work with."""

from dataclasses import dataclass

from ss_admin.client.activity import ActivityClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.signals import SignalsClient
from ss_admin.client.usage import UsageClient
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.theme.theme import Theme

__all__ = ["Surroundings"]


@dataclass(frozen=True)
class Surroundings:
    """Given once, when the page is made."""

    api_keys: ApiKeysClient
    usage: UsageClient
    signals: SignalsClient
    activity: ActivityClient
    background: Background
    clipboard: Clipboard
    theme: Theme
    clock: Clock = utc_now
