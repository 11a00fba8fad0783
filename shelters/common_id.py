"""The national common id of a designated shelter or site (全国共通避難所・避難場所ID, 14 characters).

`E`, five digits of the municipality, five of the facility, one of the kind (1 指定避難所, 2
指定緊急避難場所), one of the sub-kind (shelters: 1 一般, 2 福祉; sites: 0), one sequence character
(1–9, A–Z, a–z). Source: the description at datamodels.jp; all 197,959 ids that 国土地理院 published in
2026 fit it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from geo.municipality import PREFECTURES

Kind = Literal["site", "shelter"]

_FORM = re.compile(r"E([0-9]{5})([0-9]{5})([12])([012])([1-9A-Za-z])")


class CommonIdError(ValueError):
    """Raised when a text looks like a common id and is not one; says which part is wrong."""


@dataclass(frozen=True)
class CommonId:
    """A common id and what its digits say."""

    text: str
    area_code: str
    kind: Kind
    #: a 福祉避難所
    welfare: bool


def looks_like_common_id(text: str) -> bool:
    """Whether `text` is meant as a common id (a local id does not begin with E and a digit)."""
    return re.match(r"[Ee][0-9]{5}", text) is not None


def parse_common_id(text: str) -> CommonId:
    """Read a common id. Raises `CommonIdError`."""
    if len(text) != 14:
        raise CommonIdError(f"{text!r} has {len(text)} characters, a common id has 14")
    match = _FORM.fullmatch(text)
    if match is None:
        raise CommonIdError(
            f"{text!r} is not E, ten digits, kind (1, 2), sub-kind (0, 1, 2) and a sequence character"
        )
    area_code, _, kind, minor, _ = match.groups()
    if area_code[:2] not in PREFECTURES:
        raise CommonIdError(f"{text!r}: there is no prefecture {area_code[:2]}")
    if (kind == "2") != (minor == "0"):
        raise CommonIdError(f"{text!r}: kind {kind} does not go with sub-kind {minor}")
    return CommonId(text, area_code, "shelter" if kind == "1" else "site", welfare=minor == "2")
