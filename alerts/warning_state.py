"""What is in force after a publisher's telegrams: a fold over them in the order of issue.

The state is a function of the set of telegrams alone, so one that arrives late, or twice, changes
nothing that a newer one has settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alerts.warning import OfficialWarning, Telegram, in_order, interpret
from alerts.warning_rules import WarningRules

#: warnings in force, by id
State = Mapping[str, OfficialWarning]


def fold(telegrams: Sequence[Telegram], rules: WarningRules) -> dict[str, OfficialWarning]:
    """Return what is in force after `telegrams` of one publisher."""
    state: dict[str, OfficialWarning] = {}
    for telegram in in_order(telegrams):
        state = after(state, telegram, rules)
    return state


def after(state: State, telegram: Telegram, rules: WarningRules) -> dict[str, OfficialWarning]:
    """Return what is in force after one more telegram.

    What the telegram states replaces everything before at its `complete_from` and above. Below, an
    earlier warning stays, unless the telegram states the same or more for all of its ground.
    """
    stated = interpret(telegram, rules)
    kept = {
        id_: warning
        for id_, warning in state.items()
        if warning.level < telegram.complete_from and not any(_covers(new, warning) for new in stated)
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
