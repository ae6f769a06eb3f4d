"""Every knob, its default and its reason, in one place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from msgspec import Struct, ValidationError, convert

DATA = Path(__file__).parent / "data"
#: Characters of a public site's SECRET_KEY.
SHORTEST_SECRET = 32
BIN = re.compile(r"[0-9]{6}")
ACCOUNT = re.compile(r"[0-9A-Z]{1,19}")


class BadSetting(Exception):
    """An environment variable holds something this program cannot use."""


class Settings(Struct, frozen=True, kw_only=True):
    """Read once at the start of a process, from variables of the same names in capitals."""

    database_url: str = "postgresql:///postal_service"
    redis_url: str | None = None  #: none: the worker's own clock rings alone
    site_url: str = (
        "http://localhost:8000"  #: what a printed QR leads to; https makes cookies secure
    )
    host: str = "127.0.0.1"  #: production stands behind nginx, which ends TLS
    port: int = 8000
    #: our own nginx, as addresses or networks, comma-separated; only these are believed when they
    #: say for whom they ask. none: whoever opened the connection is the one who asks
    trusted_proxies: str = ""
    web_workers: int = 1  #: two on two cores under load; one keeps a laptop cool
    pool_size: int = 8  #: connections a process
    #: signs form tokens; every web process needs the same one, so production must set it
    secret_key: str = "only-for-a-laptop"  # noqa: S105
    #: close and open what citizens told of themselves, the newest first; `postal keys new` makes
    #: one. None: derived from SECRET_KEY, which a public site refuses
    field_keys: str | None = None
    index_key: str | None = None  #: for the marks by which a number is found; opens nothing
    #: signs each day of the register; `postal root key` draws one. None: no day is signed
    seal_key: str | None = None
    seal_public: str = ""  #: public keys that signed earlier days, or that an auditor trusts
    seal_folder: str | None = None  #: where each day's root leaves the database; none: nowhere
    sms_a_day: int = 20  #: a number gets so many; the rest waits for the morning, or a call
    #: a part of a message, in đồng, for the operator's figures: what the contract says
    sms_part_vnd: int = 450
    sms_brand: str = "BDLAMDONG"  #: the sender name registered with the networks
    twilio_account_sid: str | None = None  #: none: messages are printed and stored, not sent
    twilio_auth_token: str | None = None
    twilio_from: str | None = None  #: a registered sender name or a messaging service id
    twilio_weight: int = 50  #: out of the sum of the weights, how many messages go this way
    #: where Twilio's programs answer; another host is a fake of it on this machine
    twilio_url: str = "https://api.twilio.com"
    sms_network: str | None = None  #: a JSON file that describes a domestic network's HTTP address
    sms_network_secret: str | None = None  #: signs what goes there and what comes back
    sms_network_weight: int = 50
    #: where networks report; none: SITE_URL where it is https, else they are not told to
    sms_report_url: str | None = None
    sms_in_air: int = 80  #: calls a worker has open at once
    sms_patience_seconds: float = 10.0  #: how long a network may take to answer a call
    #: how long a call may be out before its worker is taken for dead; several patiences
    sms_lease_seconds: float = 60.0
    #: how long after a lost answer a network's own list is up to date
    sms_ask_after_seconds: float = 60.0
    #: where citizens transfer to: the bank's BIN with Napas and the post's account with it.
    #: none: transfer is not offered
    bank_bin: str | None = None
    bank_account: str | None = None
    bank_name: str = ""  #: the bank and the account's owner, as an app shows them
    transfer_days: int = 3  #: after so many, a transfer nobody has made is on the manager's list
    metrics_token: str | None = None  #: what a collector of figures shows; none: no figures
    #: moves every clock of this product: tests and ``demo --once`` live on a working morning
    clock_offset_seconds: float = 0.0
    pg_bin_dir: str | None = None  #: programs for the demo's own server instead of the wheel's
    demo: bool = False  #: opens /phone and shows the demo's sign-ins; never in production
    log_json: bool = False  #: one JSON object a line, for a log collector

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Take the settings from the environment.

        Raises BadSetting naming the variable, and for a public site whose secret can be guessed.
        """
        found = {
            name: environ[name.upper()]
            for name in cls.__struct_fields__
            if environ.get(name.upper())
        }
        try:
            settings = convert(found, cls, strict=False)
        except ValidationError as error:
            raise BadSetting(f"Biến môi trường không hợp lệ / bad setting: {error}") from error
        if settings.secure and (
            len(settings.secret_key) < SHORTEST_SECRET or settings.secret_key == cls().secret_key
        ):
            raise BadSetting(
                f"Trang https cần SECRET_KEY riêng, ít nhất {SHORTEST_SECRET} ký tự ngẫu nhiên "
                "(`postal keys new`). / A public site needs a SECRET_KEY of its own, at least "
                f"{SHORTEST_SECRET} random characters (`postal keys new`)."
            )
        settings.check_bank()
        return settings

    def check_bank(self) -> None:
        """Raise BadSetting for an account that no app could find."""
        if self.bank_bin is None and self.bank_account is None:
            return
        if not BIN.fullmatch(self.bank_bin or "") or not ACCOUNT.fullmatch(self.bank_account or ""):
            raise BadSetting(
                "Đặt cả BANK_BIN (6 chữ số) và BANK_ACCOUNT (1 đến 19 chữ cái, chữ số). / "
                "Set both BANK_BIN (6 digits) and BANK_ACCOUNT (1 to 19 letters and digits)."
            )

    @property
    def takes_transfers(self) -> bool:
        """Whether citizens may pay by bank transfer."""
        return self.bank_bin is not None and self.bank_account is not None

    @property
    def names_a_database(self) -> bool:
        """Whether somebody chose the database, or it is the default of a laptop."""
        return self.database_url != type(self)().database_url

    @property
    def secure(self) -> bool:
        """Whether browsers reach the site by https."""
        return self.site_url.startswith("https://")

    @property
    def for_show(self) -> bool:
        """Whether nobody here is real: the demo, and never where browsers come by https."""
        return self.demo and not self.secure
