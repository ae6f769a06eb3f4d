"""A square code on a screen, for another person's camera."""

from __future__ import annotations

import base64

import zxingcpp


def square(content: str) -> str:
    """A QR code as the source of a picture; its quiet zone is white."""
    made = zxingcpp.create_barcode(content, zxingcpp.QRCode, ec_level="M")
    svg = zxingcpp.write_barcode_to_svg(made, scale=8, add_quiet_zones=True)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
