"""Push: read by one browser alone, never too long, signed for its service, and only to services we know."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st
from py_vapid import Vapid02

from alerts.drill_wall import OrderBulletin, notice_of
from alerts.order_text import Facts, draft_texts
from alerts.vapid import FILE, load_or_make
from alerts.web_push import (
    PushError,
    check_endpoint,
    check_keys,
    encrypted,
    largest_payload,
    payload,
    topic,
    ttl_s,
)

AT = datetime(2026, 6, 2, 14, 36, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def text64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


POINT = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
SECRET = b"0123456789abcdef"
P256DH, AUTH = text64(POINT), text64(SECRET)
BULLETIN = OrderBulletin(
    incident_id=1,
    incident_kind="actual",
    order_id=3,
    revision=1,
    act="issue",
    level=4,
    hazard="flood",
    area="36301",
    area_name="徳島県勝浦郡勝浦町",
    place="勝浦町",
    texts=draft_texts(Facts(act="issue", level=4, hazard="flood", area="勝浦町", districts=["横瀬"])),
    effective_at=AT,
    expires_at=AT + timedelta(hours=12),
)


def told(text: str = "", language: str = "ja") -> dict[str, object]:
    texts = {
        name: {**words, "instruction": text or words["instruction"]} for name, words in BULLETIN.texts.items()
    }
    notice = notice_of(replace(BULLETIN, texts=texts))
    plain = payload(notice, language=language, token="t" * 36, identifier="i" * 60)
    assert len(plain) <= largest_payload()
    body = encrypted(plain, p256dh=P256DH, auth=AUTH)
    assert len(body) <= 4096
    read: dict[str, object] = json.loads(
        http_ece.decrypt(body, private_key=KEY, auth_secret=SECRET, version="aes128gcm")
    )
    return read


def test_the_browser_reads_level_words_and_where_to_confirm() -> None:
    read = told()
    assert read["title"] == "【警戒レベル4 避難指示】勝浦町"
    assert (read["drill"], read["told"], read["tag"]) == (False, "/told/" + "t" * 36, "order-3")
    assert str(told(language="easy")["title"]).count("（") >= 2
    # a language without written orders is told in English
    assert str(told(language="vi")["title"]).startswith("[Alert level 4")


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1, max_size=40), st.integers(1, 400))
@example("\x00", 4000)
def test_words_of_any_length_fit(piece: str, times: int) -> None:
    read = told(piece * times)
    assert read["title"]


def test_who_is_no_browser_is_refused() -> None:
    assert check_keys(P256DH, AUTH) == (POINT, SECRET)
    for p256dh, auth, fault in (
        (text64(POINT[:-1] + b"x"), AUTH, "no point"),
        ("***", AUTH, "not base64url"),
        (P256DH, text64(b"short"), "5 bytes"),
        ("", AUTH, "no point"),
    ):
        with pytest.raises(PushError, match=fault):
            check_keys(p256dh, auth)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://example.org/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8080/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "ftp://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:none/x",
        "nonsense",
    ],
)
def test_what_is_no_push_service_is_never_called(endpoint: str) -> None:
    with pytest.raises(PushError):
        check_endpoint(endpoint, demo=False)


def test_a_demo_speaks_to_this_machine_only() -> None:
    assert check_endpoint("https://fcm.googleapis.com/fcm/send/abc", demo=False)
    assert check_endpoint("https://x.notify.windows.com/w/?token=a", demo=False)
    assert check_endpoint("http://127.0.0.1:9/x", demo=True)
    with pytest.raises(PushError, match="simulators on this machine"):
        check_endpoint("https://fcm.googleapis.com/fcm/send/abc", demo=True)


def test_an_order_has_one_topic_and_never_outlives_its_end() -> None:
    notice = notice_of(BULLETIN)
    updated = notice_of(replace(BULLETIN, revision=2, act="update", level=5))
    drill = notice_of(replace(BULLETIN, incident_kind="drill"))
    assert topic(notice) == topic(updated) != topic(drill)
    assert len(topic(notice)) <= 32
    assert ttl_s(notice, AT) == 12 * 3600
    assert ttl_s(notice, AT + timedelta(hours=11)) == 3600
    # a clock that jumped ahead keeps the message alive for a minute
    assert ttl_s(notice, AT + timedelta(days=2)) == 60


def test_the_key_is_made_once_and_signs_for_each_service(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert load_or_make(tmp_path).public == key.public
    assert len(base64.urlsafe_b64decode(key.public + "=")) == 65

    def signed(endpoint: str, now: datetime) -> str:
        return key.authorization(endpoint, contact="mailto:a@example.jp", now=now, life=timedelta(hours=12))

    now = datetime.now(UTC)
    first = signed("https://push.example/a", now)
    assert Vapid02.verify(first)
    assert signed("https://push.example/b", now + timedelta(hours=1)) == first
    assert signed("https://other.example/a", now) != first
    assert signed("https://push.example/a", now + timedelta(hours=7)) != first
    assert signed("https://push.example/a", now - timedelta(hours=1)) != first
