"""Signs webhooks: HMAC-SHA256 over the raw body, under a secret of the chain's own that is stored nowhere.

The secret follows from the pepper, the chain's id and a generation that counts its replacements, so it can be shown to
an administrator again at any time, and a copy of the database gives nobody the means to forge a webhook.
"""

import base64
import hashlib
import hmac

__all__ = ["SIGNATURE_HEADER", "signature", "signing_secret"]

SIGNATURE_HEADER = "X-SignalSync-Signature"
SECRET_PREFIX = "whsec_"  # noqa: S105 - the form by which secret scanners know one, not a secret

_PURPOSE = b"webhook-signature"


def signing_secret(pepper: bytes, rulechain_id: str, generation: int) -> str:
    """The secret of the chain's webhooks; replacing it means counting `generation` up.

    The whole text, prefix included, is what receivers use as the key of HMAC-SHA256.
    """
    meant = b"\0".join((_PURPOSE, rulechain_id.encode(), str(generation).encode()))
    derived = hmac.digest(pepper, meant, hashlib.sha256)
    return SECRET_PREFIX + base64.urlsafe_b64encode(derived).rstrip(b"=").decode("ascii")


def signature(secret: str, body: bytes) -> str:
    """What stands in the header `X-SignalSync-Signature` of a webhook with this raw body: `sha256=<hex>`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
