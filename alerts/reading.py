"""From the bytes of an official message to a bulletin, whichever of the two languages it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from alerts.bulletin import Bulletin
from alerts.cap_reading import NAMESPACES, read_cap
from alerts.jma_report import read_jma
from alerts.telegram_xml import local, read_xml
from alerts.warning import TelegramError

JMA_NAMESPACE: Final = "http://xml.kishou.go.jp/jmaxml1/"


def read_bulletin(data: bytes, name: str, *, cap_rules: Mapping[str, Any] | None = None) -> Bulletin:
    """Return the bulletin that `data` is; `name` (a file, an address) is what errors call it.

    Raises `TelegramError` and nothing else: `UnusedKindError` for a kind that Sonae does not use,
    `ForeignSenderError` for a CAP message of a sender that is not trusted.
    """
    root = read_xml(data, name)
    namespace = str(root.tag).rpartition("}")[0][1:]
    if local(root) == "Report" and namespace == JMA_NAMESPACE:
        return read_jma(root, data, name)
    if local(root) == "alert" and namespace in NAMESPACES:
        return read_cap(root, name, rules=cap_rules)
    raise TelegramError(f"{name}: {root.tag} is neither 気象庁's Report nor a CAP alert", code="bad-form")
