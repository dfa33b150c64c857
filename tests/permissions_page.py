"""Makes docs/permissions.md: every question of every ``permissions.py`` and every address, asked as each role.

``make permissions`` writes it; a test keeps it current.
"""

import importlib
import inspect
import pkgutil

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import override

from tests.world import ROLES

APPS = ["accounts", "notifications", "associations", "campaigns", "events", "materials", "advocacy_portal"]
HEAD = """# Who may do what

Made by `make permissions` from the code; a test fails when it is out of date. The people are those of `tests/world.py`:
a union with a district and two associations, the board's own and its neighbour's; a coordinator of their wellbeing
region and one of a far region; the staff of this union and of another one.

Reading is decided by `visible_to(user)` on each queryset; what one may not see answers 404. The questions below are
about doing: a no gives its reason.
"""


def questions():
    """Every ``can_…(user, …)`` of the rooms, as (module, function), in the order of the rooms' names."""
    found = []
    for app in APPS:
        package = importlib.import_module(app)
        for info in pkgutil.walk_packages(package.__path__, f"{app}."):
            if info.name.endswith(".permissions"):
                module = importlib.import_module(info.name)
                found += [
                    (info.name.removesuffix(".permissions"), function)
                    for name, function in vars(module).items()
                    if name.startswith("can_")
                    and inspect.isfunction(function)
                    and function.__module__ == info.name
                    and next(iter(inspect.signature(function).parameters)) == "user"
                ]
    return found


def objects(world):
    """What a question is asked about, by the name of its parameter."""
    from tests.permission_objects import OBJECTS

    return {"now": timezone.now()} | {name: make(world) for name, make in OBJECTS.items()}


def fresh(person):
    """The same person without what was remembered of them."""
    return type(person).objects.get(pk=person.pk) if person else AnonymousUser()


def answers(world):
    """[(room, sentence, {role: verdict})] for every question."""
    things = objects(world)
    table = []
    for room, function in questions():
        needed = list(inspect.signature(function).parameters.values())[1:]
        given = {}
        for parameter in needed:
            if parameter.name in things:
                given[parameter.name] = things[parameter.name]
            elif parameter.default is inspect.Parameter.empty:
                raise LookupError(f"Say in tests/permission_objects.py what a «{parameter.name}» is: {function}")
        sentence = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
        if not sentence:
            raise LookupError(f"{room}.{function.__name__} has no docstring")
        verdicts = {role: function(fresh(getattr(world, role)), **given) for role in ROLES}
        table.append((room, function.__name__, sentence, verdicts))
    return table


def line(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def page(world, rows):
    """The whole document as text. ``rows``: the access table, {address: row}."""
    roles = [role.replace("_", " ") for role in ROLES]
    with override("en"):
        parts = [HEAD]
        room = ""
        for where, name, sentence, verdicts in answers(world):
            if where != room:
                room = where
                parts += [f"\n## {where.replace('.', '/')}\n"]
            parts += [f"\n**{name}**: {sentence}\n", line(roles), line(["---"] * len(roles))]
            parts += [line("yes" if verdicts[role] else "no" for role in ROLES)]
            reasons = dict.fromkeys(str(verdict.reason) for verdict in verdicts.values() if not verdict)
            parts += ["", *(f"- {reason}" for reason in reasons)]
        parts += [
            "\n## Addresses\n",
            "What each role gets with the method named: ok, login (sent to log in), no (403 with a reason), gone "
            "(404), or another answer's number.\n",
            line(["address", "method", *roles]),
            line(["---"] * (len(roles) + 2)),
        ]
        for name in sorted(rows):
            row = rows[name]
            method = row.get("method", "get").upper()
            parts.append(line([f"`{name}`", method, *(str(row.get(role, "?")).lower() for role in ROLES)]))
    return "\n".join(parts) + "\n"
