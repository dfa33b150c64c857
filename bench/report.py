"""The table and ``bench/results.json``."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass
class Figure:
    """One measured thing beside its floor. ``target`` bounds the ratio, or the value where there is no floor."""

    name: str
    value: float
    unit: str = ""
    floor: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""
    # Where rounds were paired, the median of their ratios; else value to floor.
    paired: float | None = None

    @property
    def ratio(self):
        return self.paired or (self.value / self.floor if self.floor else None)

    @property
    def met(self):
        judged = self.value if self.floor is None else self.ratio
        if self.at_least is not None:
            return judged >= self.at_least
        return None if self.at_most is None else judged <= self.at_most

    @property
    def target(self):
        sign, bound = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        if bound is None:
            return ""
        if self.floor is None:
            return f"{sign} {bound:g}"
        return f"{sign} {bound:.0%}" if bound < 1 else f"{sign} {bound:g} ×"


def short(number):
    if number is None:
        return ""
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}".replace(",", " ")
    return f"{number:.2f}"


def table(figures):
    """The figures as aligned text."""
    rows = [("figure", "measured", "", "floor", "ratio", "target", "met", "")]
    for figure in figures:
        met = {True: "yes", False: "NO", None: ""}[figure.met]
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        rows.append(
            (figure.name, short(figure.value), figure.unit, short(figure.floor), ratio, figure.target, met, figure.note)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(8)]
    right = {1, 3, 4}
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def save(figures, **about):
    RESULTS.write_text(
        json.dumps(
            {
                "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
                **about,
                "figures": [
                    asdict(figure) | {"ratio": figure.ratio, "target": figure.target, "met": figure.met}
                    for figure in figures
                ],
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
