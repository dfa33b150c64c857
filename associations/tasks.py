"""The rooms' background jobs."""

from associations.checks.tasks import ask_boards, remind_boards, sweep_rounds
from associations.imports.tasks import sweep_imports, work_on_import
from associations.joining.tasks import forget_old
from associations.overview.tasks import count_states

__all__ = [
    "ask_boards",
    "count_states",
    "forget_old",
    "remind_boards",
    "sweep_imports",
    "sweep_rounds",
    "work_on_import",
]
