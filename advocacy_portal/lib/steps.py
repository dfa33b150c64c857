"""One line of «Seuraavat askeleet»: what waits for a person."""

import datetime
from dataclasses import dataclass


@dataclass
class Step:
    """A next step. The lower ``order``, the nearer the top; ``deadline`` sorts inside one order."""

    icon: str
    title: str
    url: str
    text: str = ""
    state_class: str = "new"
    state_label: str = ""
    deadline: datetime.date | None = None
    order: int = 50


def in_order(steps):
    """The steps as a dashboard shows them: late first, then by what is near."""
    return sorted(steps, key=lambda step: (step.order, step.deadline or datetime.date.max, str(step.title)))
