"""The catalogue and the norms as goods of synthetic supply problems."""

from __future__ import annotations

from shelters.matching.problem import Item
from shelters.matching.synthetic import Goods
from shelters.rulebook import Norms, items, norms


def catalogue_goods(count: int) -> list[Goods]:
    """Return `count` goods: the items of the catalogue, then further sizes of them with less need."""
    entries, known = list(items().values()), norms()
    goods = []
    for at in range(count):
        round_, place = divmod(at, len(entries))
        entry = entries[place]
        per_evacuee, per_person = _need(entry["item"], known)
        item = Item(
            id=entry["item"] + (f"-{round_ + 1}" if round_ else ""), name=entry["ja"], unit=entry["unit"],
            criticality=entry["criticality"], weight_kg=entry["weight_kg"],
            volume_m3=entry["volume_l"] / 1000, case=float(entry["case"]), group=entry["group"],
            per_person_day=per_person, allergens=None if entry["allergens"] else [],
        )  # fmt: skip
        goods.append(Goods(item=item, per_evacuee_day=per_evacuee / (1 + round_)))
    return goods


def _need(item: str, known: Norms) -> tuple[float, float]:
    """Return the need [units] of an average evacuee, and of a person who needs the item at all."""
    normed, factor = known.substitutes.get(item, (item, 1.0))
    if normed not in known.items:
        return 0.1, 1.0
    row = known.items.index(normed)
    rates = known.per_day[row] + known.once[row]
    per_evacuee, per_person = float(rates @ known.shares), float(rates.max())
    return (per_evacuee / factor, per_person / factor) if per_evacuee > 0 else (0.1, 1.0)
