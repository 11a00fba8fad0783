"""Whether what the drill staff simulator sent is what the centre holds and the screens show."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from ops.check import Finding
from ops.screen import Picture, fresh_snapshot
from ops.shelter_drill import ShelterDrill, expected_picture
from ops.tablet_device import TabletDevice
from shelters.canonical import digest
from shelters.merge import fold
from shelters.operation import Stamp, check_operation

#: how long the silence of a shelter may take to be noticed [s]
NOTICED_S: Final = 12.0
#: a line that a truck brings stands where the truck stands
LINE_OF_TRUCK: Final = {"planned": "accepted", "loading": "loaded", "on-the-way": "on-the-way"}


def shelter_findings(drill: ShelterDrill, place: tuple[str, int], cookie: str) -> list[Finding]:
    """Compare the drill with the dashboard at `place` (host, port)."""
    picture = fresh_snapshot(*place, cookie)
    return [
        _check_shelters(drill, picture),
        _check_supplies(drill, picture),
        _check_log(drill),
        _check_silence(drill, place, cookie),
    ]


def _values(picture: Picture, kind: str) -> dict[str, Any]:
    return {id_: value for id_, (_, value) in picture.get(kind, {}).items()}


def _check_shelters(drill: ShelterDrill, picture: Picture) -> Finding:
    expected, shown = expected_picture(drill.done()), _values(picture, "shelter")
    wrong = []
    for id_, wanted in expected.items():
        for name in ("people", "opening", "power"):
            seen = shown.get(id_, {}).get(name)
            if seen != wanted[name]:
                wrong.append(f"{id_}: {name} is {wanted[name]!r}, the screens show {seen!r}")
    wrong += [f"{id_}: nobody spoke of it, the screens show it" for id_ in shown.keys() - expected.keys()]
    people = sum(wanted["people"] or 0 for wanted in expected.values())
    return Finding("shelters are as their tablets said", f"{len(expected)} shelters, {people} people", wrong)


def _check_supplies(drill: ShelterDrill, picture: Picture) -> Finding:
    done = drill.done()
    trucks = [act.value["state"] for act in done if act.path.startswith("/api/trucks/")]
    requests, wrong = _values(picture, "request"), []
    for shelter, wanted in expected_picture(done).items():
        for line, state in wanted["lines"].items():
            carried = line == "drill-1" and state == "request" and trucks
            state = LINE_OF_TRUCK[trucks[-1]] if carried else state
            seen = requests.get(f"{shelter}/{line}", {}).get("state")
            if seen != state:
                wrong.append(f"line {line} is {state}, the screens show {seen}")
    seen = _values(picture, "truck").get("drill-truck-1", {}).get("state")
    if trucks and seen != trucks[-1]:
        wrong.append(f"the truck is {trucks[-1]}, the screens show {seen}")
    depots = {act.value["name"]: act for act in done if act.path.count("/") == 3 and "/depots/" in act.path}
    shown = {value["name"]: value for value in _values(picture, "depot").values()}
    wrong += [
        f"{name} is not shown as synthetic" for name in depots if not shown.get(name, {}).get("synthetic")
    ]
    counted = f"{len(requests)} requests, truck {trucks[-1] if trucks else 'none'}, {len(depots)} depots"
    return Finding("requests, trucks and depots are as told", counted, wrong)


def _check_log(drill: ShelterDrill) -> Finding:
    """Fold what the centre gives out; compare with its own digest and with what was sent."""
    wrong, total = [], 0
    for id_, tablet in drill.tablets.items():
        bundle = tablet.line.ask("GET", "/api/tablet/bundle")
        own = [one for one in bundle["operations"] if one["device"] == tablet.device]
        said = sum(act.shelter == id_ for act in drill.done())
        total += len(bundle["operations"])
        if len(own) != said:
            wrong.append(f"{id_}: {said} operations were sent, the centre holds {len(own)}")
        if _digest(bundle) != bundle["state_digest"]:
            wrong.append(f"{id_}: the merged state differs from the centre's")
        wrong += _quarantined(id_, tablet)
    return Finding("merged states have the same digest, none in quarantine", f"{total} operations", wrong)


def _quarantined(id_: str, tablet: TabletDevice) -> list[str]:
    refused = tablet.results["quarantined"]
    return [f"{id_}: {refused} operations are in quarantine"] if refused else []


def _digest(bundle: Mapping[str, Any]) -> str:
    pairs = []
    for stamped in bundle["operations"]:
        document = {name: value for name, value in stamped.items() if name != "stamp"}
        pairs.append((check_operation(document), Stamp(**stamped["stamp"])))
    return digest(fold(pairs))


def _check_silence(drill: ShelterDrill, place: tuple[str, int], cookie: str) -> Finding:
    """See that a shelter that stopped reporting is marked, once the storm has gone on for long enough."""
    done, silent = drill.done(), drill.plan.silent
    last = max((act.at for act in done if act.shelter == silent), default=None)
    if last is None or (done[-1].at - last).total_seconds() < 6 * 3600 or not drill.finished:
        return Finding("the silent shelter is marked", "not due yet", [])
    deadline = time.monotonic() + NOTICED_S
    while True:
        seen = _values(fresh_snapshot(*place, cookie), "shelter").get(silent, {}).get("silence")
        if seen in ("late", "lost", "isolated") or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    wrong = (
        [] if seen in ("late", "lost", "isolated") else [f"{silent} fell silent, the screens show {seen!r}"]
    )
    return Finding("the silent shelter is marked", f"{silent}: {seen}", wrong)
