"""What a process refuses to start with."""

from __future__ import annotations

import pytest

from postal_service.settings import BadSetting, Settings


@pytest.mark.parametrize("secret", [None, "only-for-a-laptop", "x" * 31])
def test_a_public_site_needs_a_secret_of_its_own(secret: str | None) -> None:
    """Whoever knows the default could sign form tokens and say every delivery code."""
    environ = {"SITE_URL": "https://buudien.example"} | ({"SECRET_KEY": secret} if secret else {})
    with pytest.raises(BadSetting, match="SECRET_KEY") as refusal:
        Settings.read(environ)
    assert secret is None or secret not in str(refusal.value)

    assert Settings.read(environ | {"SECRET_KEY": "x" * 32}).secure
    assert not Settings.read({"SITE_URL": "http://localhost:8000"}).secure
