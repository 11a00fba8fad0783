"""Municipality codes (JIS X 0401/0402): five digits, the sixth that checks them, lost leading zeros.

Inside the system a code has five digits. Files of municipalities carry six (総務省
全国地方公共団体コード), and a spreadsheet that took the code for a number has dropped the first zero
of 北海道 … 栃木県. Every form is read here and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: prefectures by their two digits (JIS X 0401)
_NAMES: Final = """
北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県
新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県
奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県
熊本県 大分県 宮崎県 鹿児島県 沖縄県
"""
PREFECTURES: Final = {f"{number:02d}": name for number, name in enumerate(_NAMES.split(), 1)}
_BY_NAME: Final = {name: code for code, name in PREFECTURES.items()}

#: weights of the five digits in the check digit (自治省 1968, 検査数字の算出方法)
_WEIGHTS: Final = (6, 5, 4, 3, 2)

#: what a spreadsheet leaves behind: `92011.0`, or an apostrophe that says "text"
_SPREADSHEET = re.compile(r"^'?(\d+)(?:\.0+)?$")


class MunicipalityCodeError(ValueError):
    """Raised when a text is not a municipality code; says why."""


class AmbiguousCodeError(MunicipalityCodeError):
    """Raised when five digits can be read both ways and the prefecture that would decide is not known.

    `readings` holds the two five-digit codes.
    """

    def __init__(self, text: str, readings: tuple[str, str]) -> None:
        self.readings = readings
        names = " or ".join(f"{code} ({PREFECTURES[code[:2]]})" for code in readings)
        super().__init__(f"{text!r} can be {names}; the prefecture is not stated")


def check_digit(code: str) -> int:
    """Return the check digit of a five-digit code: 13101 → 6. Raises `MunicipalityCodeError`."""
    if not re.fullmatch(r"[0-9]{5}", code):
        raise MunicipalityCodeError(f"{code!r} is not five digits")
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=True))
    return (11 - total % 11) % 10


def six_digits(code: str) -> str:
    """Return a five-digit code with its check digit: 01100 → 011002."""
    return f"{code}{check_digit(code)}"


def five_digits(code: str) -> str:
    """Return a six-digit code without its check digit.

    Raises `MunicipalityCodeError` when the check digit is wrong or there is no such prefecture.
    """
    if not re.fullmatch(r"[0-9]{6}", code):
        raise MunicipalityCodeError(f"{code!r} is not six digits")
    if code[:2] not in PREFECTURES:
        raise MunicipalityCodeError(f"{code!r}: there is no prefecture {code[:2]}")
    if int(code[5]) != check_digit(code[:5]):
        raise MunicipalityCodeError(
            f"{code!r}: the check digit is {code[5]}, it must be {check_digit(code[:5])}"
        )
    return code[:5]


def prefecture_of(words: str) -> str | None:
    """Return the two digits of the prefecture that `words` (an address, a name) begin with, else None."""
    words = unicodedata.normalize("NFKC", words).strip()
    for length in (3, 4):
        if (code := _BY_NAME.get(words[:length])) is not None:
            return code
    return None


def read_code(text: str, *, prefecture: str | None = None) -> str:
    """Return the five-digit code that `text` means.

    Takes six digits (check digit verified), five digits, and both without their leading zero. Five
    digits may be a whole code or six that lost their zero: the check digit and the prefecture's
    number decide, then `prefecture` (two digits, from an address). Full-width digits and the traces
    of a spreadsheet (`'092011`, `92011.0`) are understood.

    Raises `MunicipalityCodeError`, and its kind `AmbiguousCodeError` when nothing decides.
    """
    match = _SPREADSHEET.match(unicodedata.normalize("NFKC", text).strip())
    if match is None or not match[1].isascii():
        raise MunicipalityCodeError(f"{text!r} is not a municipality code (five or six digits)")
    digits = match[1]
    if len(digits) == 6:
        code = five_digits(digits)
    elif len(digits) == 5:
        code = _whole_or_short(text, digits, prefecture)
    elif len(digits) == 4 and f"0{digits[0]}" in PREFECTURES:
        code = f"0{digits}"
    else:
        raise MunicipalityCodeError(f"{text!r} is not a municipality code (five or six digits)")
    if prefecture is not None and code[:2] != prefecture:
        raise MunicipalityCodeError(
            f"{text!r} lies in {PREFECTURES[code[:2]]}, the address in {PREFECTURES[prefecture]}"
        )
    return code


def _whole_or_short(text: str, digits: str, prefecture: str | None) -> str:
    readings = [digits] if digits[:2] in PREFECTURES else []
    try:
        readings.append(five_digits(f"0{digits}"))
    except MunicipalityCodeError:
        if not readings:
            raise MunicipalityCodeError(
                f"{text!r} is no five-digit code (there is no prefecture {digits[:2]}) and "
                f"0{digits} is no six-digit one"
            ) from None
    if len(readings) == 2 and prefecture is not None:
        readings = [code for code in readings if code[:2] == prefecture] or readings
    if len(readings) == 2:
        raise AmbiguousCodeError(text, (readings[0], readings[1]))
    return readings[0]
