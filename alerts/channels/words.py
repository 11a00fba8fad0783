"""The words of a notice as plain text, for channels that people read. Pure."""

from __future__ import annotations

from alerts.drill_wall import Notice
from alerts.ruby import with_readings_behind
from alerts.terms import WRITTEN

#: between two languages
RULE = "―" * 12


def subject(notice: Notice) -> str:
    """Return the headline in Japanese on one line."""
    return " ".join(with_readings_behind(notice.texts["ja"]["headline"]).split())


def plain_text(notice: Notice, link: str | None) -> str:
    """Return everything that is said, one language after the other, and the link that counts the reading."""
    blocks = [
        "\n\n".join(
            with_readings_behind(text)
            for part in ("headline", "instruction", "body")
            if (text := notice.texts[language].get(part, "")).strip()
        )
        for language in WRITTEN
        if language in notice.texts
    ]
    if link is not None:
        blocks.append(f"確認したら押してください / Confirm that you have read this:\n{link}")
    return f"\n\n{RULE}\n\n".join(blocks) + "\n"


def told_link(public_url: str | None, token: str) -> str | None:
    """Return the address where a reader confirms; None where the public face has no address."""
    return None if public_url is None else f"{public_url.rstrip('/')}/told/{token}"
