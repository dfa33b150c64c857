"""The containers run what `make run` runs, and every command of theirs is one that exists."""

from pathlib import Path

import pytest
import yaml
from django.core.management import load_command_class

from advocacy_portal.run import PROCESSES

SERVICES = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "advocacy-portal"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_container_runs_the_command_of_make_run(name):
    assert SERVICES[name]["command"] == PROCESSES[name]


@pytest.mark.parametrize(("name", "app"), [("prepare", "advocacy_portal"), ("mail", "notifications")])
def test_the_other_containers_commands_exist(name, app):
    _python, program, command, *words = SERVICES[name]["command"].split()
    assert program == "manage.py"
    load_command_class(app, command).create_parser(program, command).parse_args(words)


def test_our_containers_are_read_only_and_without_privileges():
    assert {name for name, service in OURS.items() if not service["read_only"]} == set()
    assert {name for name, service in OURS.items() if service["cap_drop"] != ["ALL"]} == set()
    dockerfile = (Path(__file__).parents[2] / "Dockerfile").read_text()
    assert "USER portal" in dockerfile
