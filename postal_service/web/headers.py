"""What every answer says to the browser about what it may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar.types import Message, Scope

#: No inline script or style, nothing from elsewhere; frames only of our own papers.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"object-src 'none'; "
    b"font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
    b"frame-ancestors 'self'; base-uri 'none'; manifest-src 'self'"
)
ALWAYS = [
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    # the tracking code in an address must not travel to other sites
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    # a page elsewhere may not take a picture or a paper of ours into itself
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=()"),
]
KEPT_NOWHERE = (b"cache-control", b"no-store")
KEPT_A_DAY = (b"cache-control", b"public, max-age=86400")
HTTPS_ONLY = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def on_every_answer(*, secure: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that adds the headers to whatever is sent, also where no route was found."""
    always = [*ALWAYS, HTTPS_ONLY] if secure else ALWAYS

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            kept = KEPT_A_DAY if scope["path"].startswith("/static/") else KEPT_NOWHERE
            message["headers"] = [*message["headers"], *always, kept]

    return add
