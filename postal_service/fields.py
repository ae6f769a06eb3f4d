"""What must not be read from a stolen disk: fields closed with AES-256-GCM, and blind indexes.

A closed value opens in its own place alone: table, row and column are authenticated with it, so
that nobody can move a neighbour's telephone number into his own row. What is searched for has a
blind index beside it, a keyed hash of the normalised value; its key opens nothing.

A connection of ``postal_service.database`` seals and opens by itself. SQL writes
``($2::sealed).body`` and ``($3::blind).mark``, given a ``Plain`` and a ``Wanted``; it reads a
closed column through the function of the same name without ``_sealed`` (``p.phone``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Self

from asyncpg import Connection, Record
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from postal_service.settings import BadSetting, Settings

#: A closed value: this byte, four of the key's id, twelve drawn at random, the rest AES-GCM's.
VERSION: Final = b"\x01"
ID: Final = 4
NONCE: Final = 12
#: Bytes of a key, and of a mark after the id of the key that made it.
KEY: Final = 32
MARK: Final = 16


class FieldError(Exception):
    """A closed value does not open. No message quotes a value."""


class UnknownKey(FieldError):
    """The key that closed it is not among FIELD_KEYS."""

    def __init__(self, place: str, key_id: str) -> None:
        super().__init__(
            f"Không có khóa {key_id} để mở {place}: thêm lại khóa cũ vào FIELD_KEYS. / "
            f"{place} was closed with key {key_id}, which is not in FIELD_KEYS: add it again."
        )
        self.key_id = key_id


class Altered(FieldError):
    """What is stored is not what was closed there."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"Dữ liệu mã hóa ở {place} đã bị sửa hoặc chuyển chỗ. Báo người vận hành. / "
            f"The closed value in {place} was altered or moved. Tell the operator."
        )


class NoKeys(FieldError):
    """A connection without keys met a closed value."""

    def __init__(self) -> None:
        super().__init__("this connection was opened without keys: pass Keys.read(settings)")


class Plain(NamedTuple):
    """A value to be closed, and the place it goes to."""

    table: str
    row: object
    column: str
    text: str

    def __repr__(self) -> str:
        return f"Plain({self.table}.{self.column})"  # the driver quotes what it cannot send


class Wanted(NamedTuple):
    """A value to be looked for: ``phone`` or ``citizen_id``."""

    kind: str
    value: str

    def __repr__(self) -> str:
        return f"Wanted({self.kind})"


class Keys:
    """Field keys, the newest first, and the key of the indexes."""

    def __init__(self, field_keys: Sequence[bytes], index_key: bytes) -> None:
        if not field_keys or any(len(key) != KEY for key in [*field_keys, index_key]):
            raise BadSetting("FIELD_KEYS, INDEX_KEY: mỗi khóa 32 byte / each key has 32 bytes")
        self._ciphers = {id_of(key): AESGCM(key) for key in field_keys}
        self.newest = id_of(field_keys[0])
        self._index_key = index_key
        self.index_id = id_of(index_key)

    @classmethod
    def read(cls, settings: Settings) -> Self:
        """The keys of *settings*; on a laptop they are derived from its secret.

        Raises BadSetting for a key that is none, and for a public site without keys.
        """
        if settings.field_keys and settings.index_key:
            keys = [parsed("FIELD_KEYS", text) for text in settings.field_keys.split(",")]
            return cls(keys, parsed("INDEX_KEY", settings.index_key))
        if settings.field_keys or settings.index_key or (settings.secure and not settings.demo):
            raise BadSetting(
                "Đặt cả FIELD_KEYS và INDEX_KEY, mỗi khóa một dòng của `postal keys new`. / "
                "Set both FIELD_KEYS and INDEX_KEY, each a line of `postal keys new`."
            )
        return cls([derived(settings.secret_key, "field")], derived(settings.secret_key, "index"))

    @property
    def ids(self) -> list[bytes]:
        return list(self._ciphers)

    def close(self, table: str, row: object, column: str, text: str) -> bytes:
        """*text*, closed with the newest key for one place."""
        nonce = secrets.token_bytes(NONCE)
        closed = self._ciphers[self.newest].encrypt(
            nonce, text.encode(), f"{table}:{row}:{column}".encode()
        )
        return VERSION + self.newest + nonce + closed

    def open(self, table: str, row: object, column: str, blob: bytes) -> str:
        """What was closed for this place. Raises UnknownKey, Altered."""
        place = f"{table}.{column}"
        cipher = self._ciphers.get(key_of(blob))
        if blob[:1] != VERSION:
            raise Altered(place)
        if cipher is None:
            raise UnknownKey(place, key_of(blob).hex())
        start = 1 + ID
        try:
            text = cipher.decrypt(
                blob[start : start + NONCE],
                blob[start + NONCE :],
                f"{table}:{row}:{column}".encode(),
            )
        except (InvalidTag, ValueError) as error:
            raise Altered(place) from error
        return text.decode()

    def index(self, kind: str, value: str) -> bytes:
        """A mark that is equal for equal values of one *kind*, and tells nothing else."""
        said = f"{kind}:{normal(value)}".encode()
        mark = hmac.new(self._index_key, said, hashlib.sha256).digest()[:MARK]
        return self.index_id + mark


def key_of(blob: bytes) -> bytes:
    """The id of the key that closed *blob*."""
    return blob[1 : 1 + ID]


def id_of(key: bytes) -> bytes:
    """A key's id: told from the key, so that no list of names can be wrong."""
    return hashlib.sha256(b"postal key id:" + key).digest()[:ID]


def new_key() -> str:
    """A key as FIELD_KEYS and INDEX_KEY take it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY)).decode()


def parsed(name: str, text: str) -> bytes:
    """The bytes of a key. Raises BadSetting, which does not repeat it."""
    try:
        return base64.b64decode(text.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSetting(
            f"{name}: không đọc được khóa; dùng `postal keys new` / not a key: `postal keys new`"
        ) from error


def derived(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), b"fields:" + purpose.encode(), hashlib.sha256).digest()


def normal(value: str) -> str:
    """One spelling of a number: without the spaces and dots that people put in."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    return "".join(each for each in folded if each.isalnum() or each == "+")


async def teach(conn: Connection[Record], keys: Keys | None) -> None:
    """Let *conn* seal what it is given as ``sealed`` and open what it reads; twice is harmless.

    Without keys it still works, as long as it meets no closed value.
    """

    def seal(plain: Plain) -> tuple[str, str, bytes]:
        if keys is None:
            raise NoKeys
        place = f"{plain.table}.{plain.column}"
        return place, str(plain.row), keys.close(*plain)

    def unseal(found: Sequence[Any]) -> str | None:
        place, row, body = found
        if body is None:
            return None
        if keys is None:
            raise NoKeys
        table, _, column = place.partition(".")
        return keys.open(table, row, column, body)

    def mark(wanted: Wanted) -> tuple[str, bytes]:
        if keys is None:
            raise NoKeys
        return wanted.kind, keys.index(*wanted)

    with suppress(ValueError):  # a database that is not migrated yet has no such types
        await conn.set_type_codec(
            "sealed", schema="public", encoder=seal, decoder=unseal, format="tuple"
        )
        await conn.set_type_codec(
            "blind", schema="public", encoder=mark, decoder=tuple, format="tuple"
        )
