"""The table of settings: each option and each word stands in it once, and can be found."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from sfsgen.commands.render import render
from sfsgen.commands.scale import scale
from sfsgen.commands.volumes import volumes
from sfsgen.documents.document import Path
from sfsgen.values.settings import PAIRS, RENDER, SETTINGS, listed, setting_at


@pytest.mark.parametrize(
    ("path", "option"),
    [
        (("name",), "NAME"),
        (("updateStrategy", "type"), "--update-strategy"),
        (("updateStrategy",), ""),
        (("claimTemplates", 0, "name"), "--claim-template"),
        (("claimTemplates", 1, "name"), "--claim-template"),
        (("claimTemplates", 1, "driver"), "--driver"),
        (("claimTemplates", 1, "nfs", "server"), "--nfs-server"),
        (("claimTemplates", 1, "volumes", 0, "nfs", "server"), ""),
        (("env", 0, "name"), ""),
        (("nowhere",), ""),
        ((), ""),
    ],
)
def test_a_path_leads_to_its_setting(path: Path, option: str) -> None:
    assert setting_at(path).option == option


def test_an_option_and_a_word_stand_in_one_row() -> None:
    for column in ("path", "option"):
        said = [value for each in SETTINGS if (value := getattr(each, column))]
        assert len(said) == len(set(said)) > 20


@pytest.mark.parametrize(
    ("command", "listing"), [(render, RENDER), (scale, PAIRS), (volumes, PAIRS)]
)
def test_a_command_takes_the_settings_of_its_list_in_their_order(
    command: Callable[..., Any], listing: str
) -> None:
    wanted = [each.parameter for each in listed(listing) if each.option]
    taken = [each for each in inspect.signature(command).parameters if each in wanted]
    assert taken == wanted
    assert len(wanted) > 9
