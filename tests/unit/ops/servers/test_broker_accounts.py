"""Mosquitto's files as text: hashes it can read, grants and nothing more."""

import base64

import pytest

from ops.errors import AccountNameError
from ops.servers.broker_accounts import (
    BrokerAccount,
    access_list,
    check_name,
    hash_password,
    password_file,
)


def test_a_hash_equals_what_mosquitto_passwd_writes() -> None:
    # The line that `mosquitto_passwd -b -c file device secret` of Mosquitto 2.0.11 wrote.
    written = (
        "$7$101$zTm8/6uNdwA017mR$b9z2GEiuuv+37PSmRLMzkXN8Prj82BgBFAua"
        "1i0c/ub3rJ/u2CD4GfownfpnvLkwMclc7YMfyN2RUXkslyauyg=="
    )
    salt = base64.b64decode(written.split("$")[3])
    assert hash_password("secret", random_bytes=lambda _: salt) == written


def test_equal_passwords_have_different_hashes() -> None:
    assert hash_password("x") != hash_password("x")


@pytest.mark.parametrize("name", ["+", "#", "a/b", "a:b", "", "a" * 65, "a b", "ａ", "a\n", "$SYS"])
def test_a_name_that_could_reach_beyond_its_topic_is_refused(name: str) -> None:
    with pytest.raises(AccountNameError, match="cannot be a broker account"):
        check_name(name)


def test_every_account_stands_once_in_the_password_file() -> None:
    accounts = {"b": BrokerAccount("hash-b"), "a": BrokerAccount("hash-a")}
    assert password_file(accounts) == "a:hash-a\nb:hash-b\n"


def test_the_access_list_grants_a_vendors_topics_to_that_account_alone() -> None:
    accounts = {"drone-1": BrokerAccount("x", ("thing/product/1581/osd",)), "g1": BrokerAccount("x")}
    text = access_list(accounts, ingest_reads=["thing/product/+/osd"])
    assert "user drone-1\ntopic write thing/product/1581/osd\n" in text
    assert "user g1" not in text
    ingest = text.split("\n\n", maxsplit=1)[0].splitlines()
    assert ingest[0] == "user ingest"
    assert "topic read thing/product/+/osd" in ingest
    assert [line for line in ingest if " write " in line] == ["topic write sonae/v1/-/service/ingest/status"]
