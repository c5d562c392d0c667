"""What a rule chain wants done besides its answer: documents to save and webhooks to send, gathered during a run.

A run only gathers them. They are stored with the execution, in one transaction, after the whole run has succeeded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["CALL_WEBHOOK", "SAVE_RECORD", "Effect", "SavedDocument", "WebhookCall", "as_journaled", "tell_effect"]

SAVE_RECORD = "saveRecord"
CALL_WEBHOOK = "callWebhook"


@dataclass(frozen=True, slots=True)
class SavedDocument:
    """A document for one of the tenant's collections. `id` is the record's, made during the run."""

    id: str
    node_id: str
    node_name: str
    collection: str
    document: Any


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """A POST of `data` to `url`. `id` is the delivery's, made during the run and the same on each attempt."""

    id: str
    node_id: str
    node_name: str
    url: str
    data: Any


Effect = SavedDocument | WebhookCall


def as_journaled(effects: Iterable[Effect]) -> list[list[Any]]:
    """The effects as they stand in the journal's entry of an execution."""
    return [
        [SAVE_RECORD, effect.id, effect.node_id, effect.node_name, effect.collection, effect.document]
        if isinstance(effect, SavedDocument)
        else [CALL_WEBHOOK, effect.id, effect.node_id, effect.node_name, effect.url, effect.data]
        for effect in effects
    ]


def tell_effect(effect: Effect, *, trial: bool) -> str:
    """The effect in words for an administrator. `trial`: what it would have been outside a trial run."""
    if isinstance(effect, SavedDocument):
        return f"{'Would save' if trial else 'Saves'} a document in the collection “{effect.collection}”."
    return f"{'Would send' if trial else 'Sends'} a webhook to {effect.url}"
