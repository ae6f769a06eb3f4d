"""The numbers a postman reads aloud: postal, tracking, dossier and citizen numbers.

Pure: text in, a checked number or a refusal out.
"""

from __future__ import annotations

import re
import secrets
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from tracking.bad_identifier import BadIdentifier as BadIdentifier  # its readers look here
from tracking.bad_identifier import Kind as Kind

#: Longest text looked at: what is longer was not read off a label.
LONGEST: Final = 64

#: No vowel, D or W: Vietnamese typing (Telex) turns those into accents under a scanner.
ALPHABET: Final = "0123456789BCFGHJKLMNPQRSTVXZ"
RANDOM_CHARACTERS: Final = 13  # 28 ** 13 codes are 62 bits

S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
S10_RESERVED: Final = frozenset("JKSTW")

#: ISO 3166-1 alpha-2, the only country codes UPU S10 ends in.
_COUNTRIES: Final = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
ZW
"""
COUNTRIES: Final = frozenset(_COUNTRIES.split())

_S10: Final = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_REF: Final = re.compile(r"LD-?(?P<day>[0-9]{6})-?(?P<serial>[0-9]{5})")
_PARTS: Final = re.compile(r"([A-Z0-9.]+)-([A-Z0-9]+)-([A-Z0-9]+)")
# QCVN 102:2016 names the root last; QĐ 20/2020/QĐ-TTg names it first.
_QCVN102: Final = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[GH][0-9]{2}")
_QD20: Final = re.compile(r"[GH][0-9]{2}(?:\.[0-9]{2,3}){0,3}")
_SERIAL: Final = re.compile(r"[0-9]{4,7}")
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


class DossierCode(Struct, frozen=True, kw_only=True):
    """The agency's own number of a dossier ("mã hồ sơ"), day in local time.

    ``path`` runs from the root body down to the agency, however the code is written.
    The serial is text: its leading zeros belong to it, and it restarts daily per agency.
    """

    code: str
    scheme: Literal["QCVN102", "QD20"]
    root: str
    path: tuple[str, ...]
    day: date
    serial: str


class Ref(Struct, frozen=True, kw_only=True):
    """Our own number of a dossier, until and beside the agency's."""

    ref: str
    day: date
    serial: int


class CitizenId(Struct, frozen=True, kw_only=True):
    """A personal number and what its digits say; an old one says nothing.

    ``birth_province`` is where the birth was registered, never where the person
    lives; no check digit exists, so a number of the right form may still be wrong.
    """

    number: str
    kind: Literal["cccd", "cmnd"]
    birth_province: str | None = None
    sex: Literal["male", "female"] | None = None
    birth_year: int | None = None


def parse_s10(text: str) -> str:
    """The thirteen characters of a UPU S10 item number. Raises BadIdentifier."""
    code = _tidy(text).replace("-", "")
    if len(code) != 13 or len(text) > LONGEST:
        raise BadIdentifier("s10", "bad_length")
    if not _S10.fullmatch(code):
        raise BadIdentifier("s10", "bad_pattern", mangled=not code.isascii())
    if code[0] in S10_RESERVED:
        raise BadIdentifier("s10", "reserved_prefix")
    if code[11:] not in COUNTRIES:
        raise BadIdentifier("s10", "unknown_country")
    if code[10] != s10_check_digit(code[2:10]):
        raise BadIdentifier("s10", "bad_check_digit")
    return code


def s10(prefix: str, serial: int) -> str:
    """The Vietnamese item number of *serial* (0 to 99,999,999). Raises BadIdentifier."""
    if not 0 <= serial <= 99_999_999:
        raise BadIdentifier("s10", "serial_exhausted")
    return parse_s10(f"{prefix}{serial:08}{s10_check_digit(f'{serial:08}')}VN")


def s10_check_digit(serial: str) -> str:
    """UPU S10: eleven less the weighted sum modulo eleven; ten is 0, eleven is 5."""
    total = sum(int(digit) * weight for digit, weight in zip(serial, S10_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: "0", 11: "5"}.get(check, str(check))


def print_s10(code: str) -> str:
    """*code* as a label shows it: "RB 012 345 675 VN"."""
    return f"{code[:2]} {code[2:5]} {code[5:8]} {code[8:11]} {code[11:]}"


def new_tracking_code() -> str:
    """Thirteen characters nobody can guess and their check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return body + check_character(body)


def check_character(body: str) -> str:
    """ISO 7064 hybrid system MOD 29,28 over ``ALPHABET``.

    Every single wrong character is found. Of the swaps of two neighbours, the
    standard misses those of characters next to each other in the alphabet in
    one of 28 positions of the sum: 0.26 % of all.
    """
    product = len(ALPHABET)
    for character in body:
        total = (product + ALPHABET.index(character)) % len(ALPHABET) or len(ALPHABET)
        product = total * 2 % (len(ALPHABET) + 1)
    return ALPHABET[(1 - product) % len(ALPHABET)]


def parse_tracking_code(text: str) -> str:
    """The fourteen characters of a tracking code. Raises BadIdentifier."""
    code = _tidy(text).replace("-", "")
    if len(code) != RANDOM_CHARACTERS + 1 or len(text) > LONGEST:
        raise BadIdentifier("tracking_code", "bad_length")
    if not set(code) <= set(ALPHABET):
        raise BadIdentifier("tracking_code", "bad_pattern", mangled=not code.isascii())
    if code[-1] != check_character(code[:-1]):
        raise BadIdentifier("tracking_code", "bad_check_digit")
    return code


def print_tracking_code(code: str) -> str:
    """*code* in the groups a person can hold in mind: "XXXX-XXXXX-XXXXX"."""
    return f"{code[:4]}-{code[4:9]}-{code[9:]}"


def ref(day: date, serial: int) -> str:
    """Our number of the day's *serial*-th dossier: "LD-190603-00123". Raises BadIdentifier."""
    if not 2000 <= day.year <= 2099:
        raise BadIdentifier("ref", "bad_date")
    if serial > 99_999:
        raise BadIdentifier("ref", "serial_exhausted")
    return parse_ref(f"LD-{day:%y%m%d}-{serial:05}").ref


def parse_ref(text: str) -> Ref:
    """Our own number, with or without its hyphens. Raises BadIdentifier."""
    found = _REF.fullmatch(_tidy(text)) if len(text) <= LONGEST else None
    if not found:
        raise BadIdentifier("ref", "bad_pattern", mangled=not text.isascii())
    day = _day(found["day"])
    if day is None:
        raise BadIdentifier("ref", "bad_date")
    if int(found["serial"]) == 0:
        raise BadIdentifier("ref", "bad_serial")
    return Ref(ref=f"LD-{found['day']}-{found['serial']}", day=day, serial=int(found["serial"]))


def parse_dossier_code(text: str) -> DossierCode:
    """A code of either scheme, read in its own direction. Raises BadIdentifier.

    The agency part tells the scheme: QCVN 102:2016 ends in the root body, QĐ 20/2020
    begins with it. The date has six digits (20YYMMDD) or eight, the serial four to seven.
    """
    code = _tidy(text)
    if not code:
        raise BadIdentifier("dossier_code", "empty")
    parts = _PARTS.fullmatch(code) if len(text) <= LONGEST else None
    if not parts:
        raise BadIdentifier("dossier_code", "bad_pattern", mangled=not code.isascii())
    agency, digits, serial = parts.groups()
    scheme, path = _agency(agency)
    day = _day(digits)
    if day is None:
        raise BadIdentifier("dossier_code", "bad_date")
    if not _SERIAL.fullmatch(serial):
        raise BadIdentifier("dossier_code", "bad_serial")
    return DossierCode(code=code, scheme=scheme, root=path[0], path=path, day=day, serial=serial)


def _agency(code: str) -> tuple[Literal["QCVN102", "QD20"], tuple[str, ...]]:
    levels = code.split(".")
    if _QCVN102.fullmatch(code):
        return "QCVN102", tuple(level for level in reversed(levels) if level.strip("0"))
    if _QD20.fullmatch(code):
        return "QD20", tuple(levels)
    raise BadIdentifier("dossier_code", "bad_agency")


def parse_citizen_id(text: str) -> CitizenId:
    """A personal number of twelve digits, or an old one of nine. Raises BadIdentifier.

    The twelve (Thông tư 59/2021/TT-BCA): three of the province where the birth was
    registered, one of century and sex, two of the year of birth, six at random.
    """
    number = _tidy(text).replace(".", "")
    if not number:
        raise BadIdentifier("citizen_id", "empty")
    if not (number.isascii() and number.isdigit()):
        raise BadIdentifier("citizen_id", "bad_pattern", mangled=not number.isascii())
    if len(text) > LONGEST or len(number) not in (9, 12):
        raise BadIdentifier("citizen_id", "bad_length")
    if len(number) == 9:
        return CitizenId(number=number, kind="cmnd")
    century, sex = divmod(int(number[3]), 2)
    if century > 1:
        raise BadIdentifier("citizen_id", "bad_birth_year")
    return CitizenId(
        number=number,
        kind="cccd",
        birth_province=number[:3],
        sex="female" if sex else "male",
        birth_year=1900 + 100 * century + int(number[4:6]),
    )


def recognise(text: str) -> Kind | None:
    """What a scanned text has the form of; its own parser then checks it, or says why not.

    The order matters once: a dossier code without its hyphens can have the letters of a
    tracking code, so what is written with the hyphens of a dossier code is one.
    """
    code = _tidy(text)
    bare = code.replace("-", "")
    if len(text) > LONGEST or not code.isascii():
        return None
    if _REF.fullmatch(code):
        return "ref"
    parts = _PARTS.fullmatch(code)
    if parts and (_QCVN102.fullmatch(parts[1]) or _QD20.fullmatch(parts[1])):
        return "dossier_code"
    if _S10.fullmatch(bare):
        return "s10"
    if len(bare) == RANDOM_CHARACTERS + 1 and set(bare) <= set(ALPHABET):
        return "tracking_code"
    digits = code.replace(".", "")
    return "citizen_id" if digits.isdigit() and len(digits) in (9, 12) else None


def written_in(text: str) -> str:
    """What a receipt's square code says: the tracking code at the end of its address."""
    _, page, code = text.strip().partition("/h/")
    return code if page else text


def _tidy(text: str) -> str:
    """Blanks dropped, dashes made hyphens, ASCII letters raised (and no other: ſ is no S)."""
    bare = "".join(text[: LONGEST + 1].split()).translate(_DASHES)
    return bare.upper() if bare.isascii() else bare


def _day(digits: str) -> date | None:
    if not re.fullmatch(r"[0-9]{6}|20[0-9]{6}", digits):
        return None
    try:
        return date.fromisoformat(f"20{digits[-6:]}")
    except ValueError:
        return None
