"""A supply problem as it is handed over (docs/matching.md): JSON in, checked records out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from shelters.matching.matching_errors import ProblemError
from shelters.matching.settings import NotNegative, Positive, Settings, read_settings

FORMAT: Final = "sonae-supplies/1"

Moment = Annotated[datetime, Meta(tz=True)]
Id = Annotated[str, Meta(min_length=1, max_length=200)]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the records of a problem: unknown fields are refused, so that a misspelt one is noticed."""


class Item(Record, frozen=True):
    """A kind of goods. `case`: units shipped together; `per_person_day`: what one person needs [unit].

    `allergens`: what a lot of it holds unless the lot says; null = not known, and then it is free of nothing.
    """

    id: Id
    criticality: Annotated[int, Meta(ge=1)]
    weight_kg: NotNegative
    volume_m3: NotNegative
    name: str = ""
    unit: str = ""
    case: Positive = 1.0
    per_person_day: Positive = 1.0
    use_days: NotNegative = 0.0
    group: str = ""
    allergens: list[str] | None = None


class Trucks(Record, frozen=True, rename={"truck_class": "class"}):
    """Trucks of one class at a depot; payload and volume default to the class's."""

    truck_class: Id
    count: Annotated[int, Meta(ge=0)]
    payload_kg: Positive | None = None
    volume_m3: Positive | None = None


class Depot(Record, frozen=True):
    """Where lots lie. Opening hours in the time zone of the start; `handling_kg_h`: what it can load."""

    id: Id
    handling_kg_h: NotNegative
    trucks: list[Trucks]
    name: str = ""
    opens: Annotated[str, Meta(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")] = "00:00"
    closes: Annotated[str, Meta(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")] = "24:00"
    node: Annotated[int, Meta(ge=0)] | None = None
    lon: float | None = None
    lat: float | None = None


class Shelter(Record, frozen=True):
    """Who waits. `truck_class`: the largest that gets there; `priority` multiplies its penalties."""

    id: Id
    truck_class: Id
    name: str = ""
    priority: Positive = 1.0
    node: Annotated[int, Meta(ge=0)] | None = None
    lon: float | None = None
    lat: float | None = None


class Lot(Record, frozen=True):
    """Goods of one item with one expiry at one depot. `allergens`: all it holds; null = as the item says."""

    id: Id
    depot: Id
    item: Id
    amount: NotNegative
    expires: Moment | None = None
    allergens: list[str] | None = None


class Quota(Record, frozen=True):
    """How much of a need must be free of allergens."""

    amount: NotNegative
    of: Annotated[list[str], Meta(min_length=1)]


class Need(Record, frozen=True):
    """What a shelter lacks of an item [unit], by when, and for how many days it has some now."""

    shelter: Id
    item: Id
    amount: NotNegative
    due: Moment | None = None
    allergen_free: list[Quota] = []
    cover_days: NotNegative = 0.0


class Edges(Record, frozen=True, rename={"from_": "from"}):
    """Roads as columns of equal length; both ways unless `oneway`. Columns that are left out mean "none"."""

    from_: list[int]
    to: list[int]
    length_m: list[NotNegative]
    speed_km_h: list[Positive]
    max_class: list[str | None] | None = None
    closed: list[bool] | None = None
    oneway: list[bool] | None = None
    depth_m: list[NotNegative | None] | None = None
    flooded_from: list[Moment | None] | None = None
    flooded_until: list[Moment | None] | None = None
    name: list[str | None] | None = None


class Roads(Record, frozen=True):
    """A road network: number of nodes (or their places) and edges."""

    edges: Edges
    node_count: Annotated[int, Meta(ge=1)] | None = None
    nodes: list[tuple[float, float]] | None = None

    def size(self) -> int:
        """Return the number of nodes."""
        return len(self.nodes) if self.nodes is not None else self.node_count or 0


class Travel(Record, frozen=True):
    """Times and distances as tables instead of roads; null = no way."""

    minutes: list[list[NotNegative | None]]
    km: list[list[NotNegative | None]]
    between_minutes: list[list[NotNegative | None]] | None = None
    between_km: list[list[NotNegative | None]] | None = None


class Pin(Record, frozen=True):
    """What a person has fixed: this much of this item from here to there."""

    depot: Id
    shelter: Id
    item: Id
    amount: Positive
    lot: Id | None = None
    truck_class: Id | None = None


class Forbid(Record, frozen=True):
    """What a person does not want; what is left out means any."""

    depot: Id | None = None
    shelter: Id | None = None
    item: Id | None = None
    lot: Id | None = None
    truck_class: Id | None = None
    why: str = ""


class Problem(Record, frozen=True):
    """All that a plan is made from. `hours`: how long the trucks drive from `start`."""

    format: str
    start: Moment
    hours: Annotated[float, Meta(gt=0, le=24 * 14)]
    items: list[Item]
    depots: list[Depot]
    shelters: list[Shelter]
    lots: list[Lot]
    needs: list[Need]
    roads: Roads | None = None
    travel: Travel | None = None
    pins: list[Pin] = []
    forbids: list[Forbid] = []
    settings: dict[str, Any] = {}
    name: str = ""
    #: generated, not observed: shown wherever the plan is shown
    synthetic: bool = False


def read_problem(text: bytes, defaults: dict[str, Any]) -> tuple[Problem, Settings]:
    """Return the problem in `text` (JSON) and its settings: `defaults` of the rules with its own over them.

    Raises `ProblemError` naming the field at fault.
    """
    try:
        problem = msgspec.json.decode(text, type=Problem)
    except msgspec.ValidationError as fault:
        message, _, path = str(fault).partition(" - at `$")
        field = path.rstrip("`").lstrip(".") or "problem"
        raise ProblemError(field, message) from fault
    except msgspec.DecodeError as fault:
        raise ProblemError("problem", f"not JSON: {fault}") from fault
    settings = read_settings(defaults, problem.settings)
    check_problem(problem, settings)
    return problem, settings


def check_problem(problem: Problem, settings: Settings) -> None:
    """Raise `ProblemError` for the first field that names nothing, stands twice or contradicts another."""
    if problem.format != FORMAT:
        raise ProblemError("format", f"{problem.format!r} is not {FORMAT!r}")
    items, depots, shelters, lots = (
        _ids(name, getattr(problem, name)) for name in ("items", "depots", "shelters", "lots")
    )
    classes = {truck.name for truck in settings.truck_classes}
    known = {"item": items, "depot": depots, "shelter": shelters, "lot": lots, "truck_class": classes}
    for name in ("shelters", "lots", "needs", "pins", "forbids"):
        _check_references(name, getattr(problem, name), known)
    for at, forbid in enumerate(problem.forbids):
        if forbid.truck_class is not None and (forbid.item is not None or forbid.lot is not None):
            raise ProblemError(
                f"forbids[{at}].truck_class", "goes with depot and shelter, not with item or lot"
            )
    for at, item in enumerate(problem.items):
        if item.criticality > len(settings.criticality_weights):
            raise ProblemError(f"items[{at}].criticality", f"{item.criticality} has no weight in settings")
        for field in ("weight_kg", "volume_m3", "case", "per_person_day", "use_days"):
            _check_finite(f"items[{at}].{field}", getattr(item, field))
    for at, depot in enumerate(problem.depots):
        _check_depot(at, depot, classes)
    _check_cases(problem, settings)
    for at, lot in enumerate(problem.lots):
        _check_finite(f"lots[{at}].amount", lot.amount)
    for at, need in enumerate(problem.needs):
        _check_need(at, need)
    _check_ways(problem, classes)


def _ids(name: str, records: Sequence[Any]) -> set[str]:
    seen: set[str] = set()
    for at, record in enumerate(records):
        if record.id in seen:
            raise ProblemError(f"{name}[{at}].id", f"{record.id!r} stands twice")
        seen.add(record.id)
    return seen


def _check_references(name: str, records: Sequence[Any], known: dict[str, set[str]]) -> None:
    for kind, ids in known.items():
        for at, record in enumerate(records):
            value = getattr(record, kind, None)
            if value is not None and value not in ids:
                raise ProblemError(f"{name}[{at}].{kind}", f"{value!r} is not known")


def _check_finite(field: str, *values: float | None) -> None:
    for value in values:
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise ProblemError(field, f"{value} is not a number that can be")


def _check_depot(at: int, depot: Depot, classes: set[str]) -> None:
    _check_finite(f"depots[{at}].handling_kg_h", depot.handling_kg_h)
    if depot.closes <= depot.opens:
        raise ProblemError(f"depots[{at}].closes", f"{depot.closes} is not after {depot.opens}")
    seen = set()
    for row, trucks in enumerate(depot.trucks):
        field = f"depots[{at}].trucks[{row}].class"
        if trucks.truck_class not in classes:
            raise ProblemError(field, f"{trucks.truck_class!r} is not known")
        if trucks.truck_class in seen:
            raise ProblemError(field, f"{trucks.truck_class!r} stands twice")
        seen.add(trucks.truck_class)


def _check_cases(problem: Problem, settings: Settings) -> None:
    """Refuse a case that does not fit the smallest truck there is: it would be sent by one all the same."""
    sizes = {truck.name: (truck.payload_kg, truck.volume_m3) for truck in settings.truck_classes}
    owned = [
        (trucks.payload_kg or sizes[trucks.truck_class][0], trucks.volume_m3 or sizes[trucks.truck_class][1])
        for depot in problem.depots
        for trucks in depot.trucks
        if trucks.count > 0
    ]
    kg, m3 = (min((size[at] for size in owned), default=math.inf) for at in (0, 1))
    for at, item in enumerate(problem.items):
        if item.case * item.weight_kg > kg or item.case * item.volume_m3 > m3:
            raise ProblemError(
                f"items[{at}].case", f"{item.case:g} do not fit the smallest truck ({kg:g} kg, {m3:g} m³)"
            )


def _check_need(at: int, need: Need) -> None:
    _check_finite(f"needs[{at}].amount", need.amount)
    _check_finite(f"needs[{at}].cover_days", need.cover_days)
    free = math.fsum(quota.amount for quota in need.allergen_free)
    if free > need.amount * (1 + 1e-9):
        raise ProblemError(
            f"needs[{at}].allergen_free", f"{free:g} together exceed the amount {need.amount:g}"
        )


def _check_ways(problem: Problem, classes: set[str]) -> None:
    if (problem.roads is None) == (problem.travel is None):
        raise ProblemError("roads", "give either roads or travel, not both and not neither")
    if problem.travel is not None:
        shape = len(problem.depots), len(problem.shelters)
        _check_table("travel.minutes", problem.travel.minutes, shape)
        _check_table("travel.km", problem.travel.km, shape)
        square = shape[1], shape[1]
        for name in ("between_minutes", "between_km"):
            table = getattr(problem.travel, name)
            if table is not None:
                _check_table(f"travel.{name}", table, square)
        if (problem.travel.between_minutes is None) != (problem.travel.between_km is None):
            raise ProblemError("travel.between_km", "goes with between_minutes")
    if problem.roads is not None:
        _check_roads(problem.roads, classes)
        for name, places in (("depots", problem.depots), ("shelters", problem.shelters)):
            _check_nodes(name, places, problem.roads.size())


def _check_table(field: str, table: list[list[float | None]], shape: tuple[int, int]) -> None:
    if len(table) != shape[0]:
        raise ProblemError(field, f"{len(table)} rows where {shape[0]} are due")
    for at, row in enumerate(table):
        if len(row) != shape[1]:
            raise ProblemError(f"{field}[{at}]", f"{len(row)} columns where {shape[1]} are due")
        _check_finite(f"{field}[{at}]", *row)


def _check_roads(roads: Roads, classes: set[str]) -> None:
    edges, nodes = roads.edges, roads.size()
    if nodes == 0:
        raise ProblemError("roads.node_count", "give nodes or node_count")
    count = len(edges.from_)
    for name in Edges.__struct_fields__:
        column = getattr(edges, name)
        label = f"roads.edges.{name.rstrip('_')}"
        if column is not None and len(column) != count:
            raise ProblemError(label, f"{len(column)} values for {count} edges")
        if name in ("from_", "to"):
            for at, node in enumerate(column):
                if not 0 <= node < nodes:
                    raise ProblemError(f"{label}[{at}]", f"node {node} does not exist")
        if name in ("length_m", "speed_km_h", "depth_m"):
            for at, value in enumerate(column or ()):
                _check_finite(f"{label}[{at}]", value)
    for at, largest in enumerate(edges.max_class or ()):
        if largest is not None and largest not in classes:
            raise ProblemError(f"roads.edges.max_class[{at}]", f"{largest!r} is not known")


def _check_nodes(name: str, places: Iterable[Depot | Shelter], nodes: int) -> None:
    for at, place in enumerate(places):
        if place.node is None:
            raise ProblemError(f"{name}[{at}].node", "is missing; roads are given by nodes")
        if place.node >= nodes:
            raise ProblemError(f"{name}[{at}].node", f"node {place.node} does not exist")
