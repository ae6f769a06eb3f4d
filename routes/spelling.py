"""How place names are spelled: with tones, without, joined, with apostrophes, abbreviated.

A name is compared twice. *Exact* keeps letters and tones but not where in the
syllable the tone is written (Hòa is Hoà) nor how the words are joined (Rô Men
is Rômen). *Plain* keeps only the letters a–z, as people type in a hurry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

# huyền, sắc, hỏi, ngã, nặng as combining marks; every other mark makes another letter
TONES: Final = "\u0300\u0301\u0309\u0303\u0323"
APOSTROPHES: Final = re.compile("['’‘ʼ`´′]")
# A hyphen with blanks around it parts an address, or is part of a new ward's name:
# it stays visible as a break of its own. Inside a word it only joins syllables.
TOKEN: Final = re.compile(r"(?P<hard>[,;()\[\]\n\r|])|(?P<soft>\s[-–—]\s)|(?P<word>[^\W_]+)")
LETTERS_THEN_DIGITS: Final = re.compile(r"([^\W\d]+)(\d+)")


class Spelled(NamedTuple):
    """The two keys of a name: with tones, and in plain letters."""

    exact: str
    plain: str


class Word(NamedTuple):
    """One written word. ``gap`` is what parts it from the word before: "", "-" or ","."""

    text: str
    letters: str
    tones: str
    plain: str
    gap: str

    @property
    def is_number(self) -> bool:
        return self.text.isdecimal()


def words(text: str) -> list[Word]:
    """The words of an address in order, lower case, abbreviations cut from their numbers."""
    flat = APOSTROPHES.sub("", unicodedata.normalize("NFC", text).lower())
    found: list[Word] = []
    gap = ","
    for match in TOKEN.finditer(flat):
        if match["word"] is None:
            gap = "," if match["hard"] is not None or gap == "," else "-"
            continue
        for part in _parts(match["word"]):
            found.append(_word(part, gap))
            gap = ""
    return found


def spelled(parts: Iterable[Word]) -> Spelled:
    """The keys of a name written as these words, however they were joined."""
    listed = list(parts)
    letters = "".join(word.letters for word in listed)
    tones = "".join(word.tones for word in listed)
    return Spelled(f"{letters}/{tones}", "".join(word.plain for word in listed))


def one_letter_apart(left: str, right: str) -> bool:
    """Whether one letter added, lost or changed makes one of the other."""
    if abs(len(left) - len(right)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if same is None:
        return len(left) != len(right)
    return any(left[same + i :] == right[same + j :] for i, j in ((1, 1), (1, 0), (0, 1)))


def kind_before(listed: Sequence[Word], at: int) -> tuple[str | None, int]:
    """The word for a kind of unit (phường, xã, …) right before *at*, and where it starts."""
    for size in (2, 1):
        start = at - size
        if start >= 0 and not any(word.gap for word in listed[start + 1 : at + 1]):
            text = " ".join(word.text for word in listed[start:at])
            if text in KINDS:
                return KINDS[text], start
    return None, at


def _parts(token: str) -> list[str]:
    split = LETTERS_THEN_DIGITS.fullmatch(token)
    parts = [split[1], split[2]] if split else [token]
    return [part.lstrip("0") or "0" if part.isdecimal() else part for part in parts]


def _word(text: str, gap: str) -> Word:
    apart = unicodedata.normalize("NFD", text)
    tones = "".join(mark for mark in apart if mark in TONES)
    letters = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in TONES))
    bare = "".join(mark for mark in apart if not unicodedata.combining(mark))
    return Word(text, letters, tones, bare.replace("đ", "d"), gap)


def _kinds(table: Mapping[str, str]) -> dict[str, str]:
    return {form: kind for kind, forms in table.items() for form in forms.split(",")}


KINDS: Final[Mapping[str, str]] = _kinds(
    {
        "phường": "phường,phuong,p,f",
        "xã": "xã,xa,x",
        "thị trấn": "thị trấn,thi tran,tt",
        "đặc khu": "đặc khu,dac khu",
        "thành phố": "thành phố,thanh pho,tp",
        "thị xã": "thị xã,thi xa,tx",
        "huyện": "huyện,huyen,h",
        "quận": "quận,quan,q",
        "tỉnh": "tỉnh,tinh,t",
    }
)
COMMUNE_KINDS: Final = frozenset({"phường", "xã", "thị trấn", "đặc khu"})
DISTRICT_KINDS: Final = frozenset({"thành phố", "thị xã", "huyện", "quận"})
# What follows one of these is a hamlet, a street or a house, whatever unit bears the same name.
BELOW_A_COMMUNE: Final[frozenset[str]] = frozenset(
    {"thôn", "thon", "xóm", "xom", "tổ", "to", "ấp", "ap", "buôn", "buon", "bon", "tdp", "kp"}
    | {"đường", "duong", "phố", "pho", "hẻm", "hem", "số", "so"}
)
#: Joined to Lâm Đồng on 1/7/2025: outside in the old units, inside in the new ones.
JOINED_2025: Final = frozenset({"Bình Thuận", "Đắk Nông", "Đăk Nông"})
# The provinces and cities of 2019: an address that ends in another one is not ours.
_PROVINCES: Final = (
    "Lâm Đồng,An Giang,Bà Rịa - Vũng Tàu,Vũng Tàu,Bạc Liêu,Bắc Giang,Bắc Kạn,Bắc Ninh,Bến Tre,"
    "Bình Dương,Bình Định,Bình Phước,Bình Thuận,Cà Mau,Cao Bằng,Cần Thơ,Đà Nẵng,Đắk Lắk,Đăk Lăk,"
    "Đắk Nông,Đăk Nông,Điện Biên,Đồng Nai,Đồng Tháp,Gia Lai,Hà Giang,Hà Nam,Hà Nội,Hà Tĩnh,"
    "Hải Dương,Hải Phòng,Hậu Giang,Hòa Bình,Hồ Chí Minh,HCM,TPHCM,Sài Gòn,Hưng Yên,Khánh Hòa,"
    "Kiên Giang,Kon Tum,Lai Châu,Lạng Sơn,Lào Cai,Long An,Nam Định,Nghệ An,Ninh Bình,Ninh Thuận,"
    "Phú Thọ,Phú Yên,Quảng Bình,Quảng Nam,Quảng Ngãi,Quảng Ninh,Quảng Trị,Sóc Trăng,Sơn La,"
    "Tây Ninh,Thái Bình,Thái Nguyên,Thanh Hóa,Thừa Thiên Huế,Huế,Tiền Giang,Trà Vinh,Tuyên Quang,"
    "Vĩnh Long,Vĩnh Phúc,Yên Bái"
)
#: The plain letters of each province, to its name.
PROVINCES: Final[Mapping[str, str]] = {
    spelled(words(name)).plain: name for name in _PROVINCES.split(",")
}
