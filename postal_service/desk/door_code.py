"""The key behind the codes that receivers tell at their door."""

from __future__ import annotations

import hashlib
import hmac


def key_of(secret_key: str) -> bytes:
    """The key of delivery codes, drawn from the installation's own: one use, one key."""
    return hmac.new(secret_key.encode(), b"delivery code", hashlib.sha256).digest()
