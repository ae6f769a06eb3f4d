"""From where somebody asks, and with what browser."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final

from litestar.connection import ASGIConnection

from postal_service.settings import BadSetting, Settings

Network = IPv4Network | IPv6Network

#: Whoever has one IPv6 address has 2^64 of them: one bucket holds them all.
HOUSE: Final = 64
BROWSERS: Final = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
MODEL: Final = re.compile(r"Android [^;)]*; ([A-Za-z0-9][A-Za-z0-9 _-]{1,24})")


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The address of whoever asks.

    X-Forwarded-For is a stranger's word unless our own proxy says it: from the right, the first
    hop that is none of ours is the one. An IPv6 house counts as one.
    """
    settings: Settings = connection.app.state.settings
    ours = proxies(settings.trusted_proxies)
    peer = connection.client.host if connection.client else ""
    told = connection.headers.getall("x-forwarded-for", [])
    hops = [hop.strip() for line in told for hop in line.split(",")]
    while hops and is_ours(peer, ours):
        if not is_address(hops[-1]):
            break
        peer = hops.pop()
    return house(peer)


@lru_cache(maxsize=8)
def proxies(text: str) -> tuple[Network, ...]:
    """The networks in TRUSTED_PROXIES. Raises BadSetting."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise BadSetting(f"TRUSTED_PROXIES: {error}") from error


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_ours(text: str, ours: tuple[Network, ...]) -> bool:
    """Whether a hop is one of our proxies; a Unix socket has no address and is ours if any is."""
    if not ours:
        return False
    if not text:
        return True
    return is_address(text) and any(ip_address(text) in network for network in ours)


def house(text: str) -> str:
    if not is_address(text):
        return text[:45]
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, HOUSE), strict=False))
    return str(address)


def browser_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """ "Chrome, Android SM-A155F": by this somebody knows her own session again."""
    agent = connection.headers.get("user-agent", "")
    known = (
        next((name for sign, name in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)
    )
    model = MODEL.search(agent)
    words = ", ".join(word for word in known if word)
    return f"{words} {model[1].strip()}"[:60] if model and model[1] != "K" else words[:60]
