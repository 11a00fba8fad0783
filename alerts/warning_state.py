"""What is in force after a publisher's telegrams: a fold over them in the order of issue.

The state is a function of the set of telegrams alone, so one that arrives late, or twice, changes
nothing that a newer one has settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from alerts.warning import EVERYTHING, UNKNOWN_LEVEL, OfficialWarning, Telegram, in_order, interpret, joined
from alerts.warning_rules import WarningRules

#: warnings in force, by id
State = Mapping[str, OfficialWarning]


def fold(telegrams: Sequence[Telegram], rules: WarningRules) -> dict[str, OfficialWarning]:
    """Return what is in force after `telegrams` of one publisher, in whatever order they arrived.

    Each series is folded by itself; where two series state the same warning, the higher level holds, and
    at the same level the ground of both.
    """
    state: dict[str, OfficialWarning] = {}
    by_series: dict[str, list[Telegram]] = {}
    for telegram in standing_reports(telegrams):
        by_series.setdefault(telegram.series, []).append(telegram)
    for series in sorted(by_series):
        one: dict[str, OfficialWarning] = {}
        for telegram in _since_the_last_whole(by_series[series]):
            one = after(one, telegram, rules)
        for id_, warning in one.items():
            held = state.get(id_)
            if held is None or held.level < warning.level:
                state[id_] = warning
            elif held.level == warning.level:
                state[id_] = joined(held, warning, rules)
    return state


def _since_the_last_whole(telegrams: Sequence[Telegram]) -> Sequence[Telegram]:
    """Return the telegrams from the last one that tells everything: what stood before it is gone."""
    whole = [at for at, telegram in enumerate(telegrams) if telegram.complete_from == EVERYTHING]
    return telegrams[whole[-1] :] if whole else telegrams


def standing_reports(telegrams: Iterable[Telegram]) -> list[Telegram]:
    """Return the telegrams that hold, in order: corrected, cancelled and replaced ones are left out.

    Of the telegrams about one report (same series and key) the one sent last holds; a cancellation takes
    its report back, and what stood before it holds again. A cancellation whose key ends in `#*` takes a
    whole event back, one without a key the newest report of its series.
    """
    known = sorted(telegrams, key=_said)
    gone = {source_id for telegram in known for source_id in telegram.replaces}
    reports: dict[str, dict[str, Telegram]] = {}
    for telegram in known:
        series = reports.setdefault(telegram.series, {})
        if telegram.info_type != "cancellation":
            series[telegram.report_key or telegram.source_id] = telegram
        elif telegram.report_key.endswith("#*"):
            for key in [key for key in series if key.startswith(telegram.report_key[:-1])]:
                del series[key]
        elif telegram.report_key:
            series.pop(telegram.report_key, None)
        elif series:
            del series[max(series, key=lambda key: series[key].order)]
    standing = (telegram for series in reports.values() for telegram in series.values())
    return in_order([telegram for telegram in standing if telegram.source_id not in gone])


def _said(telegram: Telegram) -> tuple[datetime, int, str]:
    rank = ("issue", "correction", "cancellation").index(telegram.info_type)
    return telegram.sent_at or telegram.issued_at, rank, telegram.source_id


def after(state: State, telegram: Telegram, rules: WarningRules) -> dict[str, OfficialWarning]:
    """Return what is in force after one more telegram.

    What the telegram states replaces everything before at its `complete_from` and above. Below, an
    earlier warning stays, unless the telegram states the same or more for all of its ground.
    """
    stated = interpret(telegram, rules)
    kept = {
        id_: warning
        for id_, warning in state.items()
        if (warning.level < telegram.complete_from and warning.level != UNKNOWN_LEVEL)
        and not any(_covers(new, warning) for new in stated)
    }
    return kept | {warning.id: warning for warning in stated}


def _covers(new: OfficialWarning, old: OfficialWarning) -> bool:
    return new.subject == old.subject and new.level >= old.level and new.ground >= old.ground


def levels_by_area(
    warnings: Iterable[OfficialWarning],
) -> dict[tuple[str, str | None], dict[str, OfficialWarning]]:
    """Return for each subject (hazard, river) the highest warning in every municipality."""
    highest: dict[tuple[str, str | None], dict[str, OfficialWarning]] = {}
    for warning in sorted(warnings, key=lambda warning: warning.level):
        highest.setdefault(warning.subject, {}).update(dict.fromkeys(warning.ground, warning))
    return highest


def in_force(state: State, now: datetime) -> dict[str, OfficialWarning]:
    """Return what of a state its publishers did not limit to a time before `now`."""
    return {
        id_: warning
        for id_, warning in state.items()
        if warning.expires_at is None or warning.expires_at > now
    }
