"""The order's way from hand to hand: whatever is tried whenever, two people signed what is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from alerts import order as acts
from alerts.order import Content, Order, OrderError, Revision, digest_of
from alerts.order_diff import content_diff, word_diff, words_of
from alerts.order_rights import Signer, may_approve, may_decide, may_draft, may_record, may_sign_advice

NOW = datetime(2026, 6, 2, 14, tzinfo=UTC)
PEOPLE = (1, 2, 3)
ACTS: tuple[acts.Act, ...] = ("issue", "update", "lift")
#: mostly the wanted one, so that the machine gets far
MOSTLY_SEEN = (True, True, True, True, False)


def content(level: int = 4, reason: str = "r", life_h: float = 6, at: datetime = NOW) -> Content:
    return Content(level=level, hazard="flood", reason=reason, expires_at=at + timedelta(hours=life_h))


def blank(origin: acts.Origin = "issued") -> Order:
    return Order(id=1, incident_id=1, incident_kind="actual", area="36302", origin=origin)


class OrderMachine(RuleBasedStateMachine):
    """Three people try every act at every moment, on a clock that jumps both ways."""

    def __init__(self) -> None:
        super().__init__()
        self.order = blank()
        self.now = NOW
        self.history: list[Revision] = []

    def attempt(self, name: str, /, *arguments: object, **named: object) -> None:
        before = self.order
        try:
            self.order = getattr(acts, name)(before, *arguments, **named)
        except OrderError:
            return
        if before.in_force is not None and before.in_force != self.order.in_force:
            self.history.append(before.in_force)

    @property
    def number(self) -> int:
        return self.order.pending.number if self.order.pending is not None else self.order.newest

    @rule(by=st.sampled_from(PEOPLE), level=st.integers(3, 5), act=st.sampled_from([None, None, None, *ACTS]))
    def draft(self, by: int, level: int, act: acts.Act | None) -> None:
        self.attempt("draft", content(level, at=self.now), by=by, at=self.now, act=act)

    @rule(by=st.sampled_from(PEOPLE), reason=st.text(max_size=3))
    def edit(self, by: int, reason: str) -> None:
        self.attempt("edit", content(4, reason, at=self.now), by=by, number=self.number)

    @rule()
    def submit(self) -> None:
        self.attempt("submit", number=self.number, at=self.now)

    @rule(
        by=st.sampled_from(PEOPLE), seen=st.sampled_from(MOSTLY_SEEN), number=st.sampled_from([0, 0, 0, -1])
    )
    def approve(self, by: int, seen: bool, number: int) -> None:
        pending = self.order.pending
        digest = digest_of(self.order, pending) if seen and pending is not None else "0" * 64
        self.attempt("approve", by=by, number=self.number + number, digest=digest, at=self.now)

    @rule(level=st.integers(3, 5), act=st.sampled_from([None, "lift"]))
    def go_the_whole_way(self, level: int, act: acts.Act | None) -> None:
        self.draft(1, level, act)
        self.submit()
        self.approve(2, seen=True, number=0)

    @rule(by=st.sampled_from(PEOPLE), reason=st.sampled_from(["", "no"]))
    def give_back(self, by: int, reason: str) -> None:
        self.attempt("give_back", by=by, number=self.number, reason=reason)

    @rule()
    def withdraw(self) -> None:
        self.attempt("withdraw", number=self.number)

    @rule(hours=st.integers(-3, 4))
    def jump(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def two_people_signed_what_is_in_force(self) -> None:
        for said in [*self.history, *([self.order.in_force] if self.order.in_force else [])]:
            assert said.approver is not None
            assert said.approver not in (said.author, said.edited_by)
            assert said.digest == digest_of(self.order, replace(said))
            assert said.effective_at is not None
            assert said.content.expires_at > said.effective_at

    @invariant()
    def times_and_numbers_never_go_back(self) -> None:
        said = [*self.history, *([self.order.in_force] if self.order.in_force else [])]
        begun = [one.effective_at for one in said if one.effective_at is not None]
        assert begun == sorted(begun)
        assert [one.number for one in said] == sorted({one.number for one in said})
        if self.order.pending is not None:
            assert self.order.pending.number == self.order.newest

    @invariant()
    def the_state_is_what_the_revisions_mean(self) -> None:
        order = self.order
        assert (order.state in ("issued", "lifted")) == (order.in_force is not None)
        if order.in_force is not None:
            assert (order.state == "lifted") == (order.in_force.act == "lift")
        if order.state in ("lifted", "withdrawn"):
            assert order.pending is None


OrderMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestOrderMachine = OrderMachine.TestCase


def submitted() -> Order:
    return acts.submit(acts.draft(blank(), content(), by=1, at=NOW), number=1, at=NOW)


def code(name: str, order: Order, /, *arguments: object, **named: object) -> str:
    with pytest.raises(OrderError) as caught:
        getattr(acts, name)(order, *arguments, **named)
    return caught.value.code


def test_only_the_words_that_were_seen_are_signed() -> None:
    order = submitted()
    assert order.pending is not None
    seen = order.pending.digest
    edited = acts.submit(acts.edit(order, content(reason="s"), by=1, number=1), number=1, at=NOW)
    assert code("approve", edited, by=2, number=1, digest=seen, at=NOW) == "changed-meanwhile"
    assert code("approve", order, by=1, number=1, digest=seen, at=NOW) == "same-person"
    late = NOW + timedelta(hours=7)
    assert code("approve", order, by=2, number=1, digest=seen, at=late) == "expired"


def test_a_drill_s_digest_is_not_an_actual_one_s() -> None:
    order = submitted()
    assert order.pending is not None
    assert digest_of(replace(order, incident_kind="drill"), order.pending) != order.pending.digest


def test_a_recorded_order_is_in_force_at_once_and_only_recorded_on() -> None:
    at = NOW - timedelta(hours=1)
    told = acts.record(blank("recorded"), content(), by=1, source="電話", at=at, act="issue", drafted_at=NOW)
    assert told.in_force is not None
    assert (told.state, told.in_force.effective_at, told.in_force.approver) == ("issued", at, None)
    assert (
        code("record", blank(), content(), by=1, source="x", at=at, act="issue", drafted_at=NOW)
        == "wrong-state"
    )
    assert (
        code("record", blank("recorded"), content(), by=1, source=" ", at=at, act="issue", drafted_at=NOW)
        == "bad-input"
    )


def allowed(check: object, *arguments: object) -> bool:
    try:
        check(*arguments)  # type: ignore[operator]
    except OrderError:
        return False
    return True


def test_offices() -> None:
    town = Signer(
        account_id=1,
        name="x",
        roles=frozenset({"municipal_approver"}),
        offices=frozenset({("municipal_approver", "36302")}),
    )
    clerk = replace(
        town, roles=frozenset({"municipal_officer"}), offices=frozenset({("municipal_officer", "36302")})
    )
    duty, chief, admin, medic = (
        Signer(account_id=1, name="x", roles=frozenset({role}))
        for role in ("duty_officer", "approver", "administrator", "health")
    )
    everybody = (town, clerk, duty, chief, admin, medic)
    assert [allowed(may_draft, one, "36302") for one in everybody] == [True, True, False, False, False, False]
    assert [allowed(may_approve, one, "36302") for one in everybody] == [True, *[False] * 5]
    assert not any(
        allowed(may_approve, one, "36301") or allowed(may_draft, one, "36301") for one in everybody
    )
    assert [allowed(may_record, one) for one in everybody] == [False, False, True, True, False, False]
    assert [allowed(may_sign_advice, one) for one in everybody] == [False, False, False, True, False, False]
    assert [allowed(may_decide, one, "36302") for one in everybody] == [True, True, True, True, False, False]


@pytest.mark.parametrize("text", ["", "避難指示 Level 4　全域", "a\nb", "警戒レベル４ 12時30分"])
def test_words_make_the_text_again(text: str) -> None:
    assert "".join(words_of(text)) == text


def test_what_changed_is_told_by_word() -> None:
    pieces = word_diff("横瀬と生名の住民", "横瀬と星谷の住民")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "横瀬と"),
        ("gone", "生名"),
        ("new", "星谷"),
        ("same", "の住民"),
    ]
    changed = {field.field for field in content_diff(content(3), content(4)) if field.changed}
    assert changed == {"level"}
    assert all(field.changed for field in content_diff(None, content()) if field.field in ("level", "reason"))
