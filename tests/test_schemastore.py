"""The schema that editors read says the same as ours, and is as SchemaStore wants it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from sfsgen.commands.schema import ADDRESS
from sfsgen.values import vocabulary
from tests.program import sfsgen

pytestmark = pytest.mark.without_libraries

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "schemastore"
PUBLISHED = FOLDER / "sfsgen.json"
GOOD = sorted((FOLDER / "test").iterdir())
BAD = sorted((FOLDER / "negative_test").iterdir())
# What a value is exchanged for, to see whether both schemas judge it alike.
OTHERS: tuple[Any, ...] = ("text", -1, 1.5, True, None, [1], {"no-such-word": 1})


def test_what_is_published_is_what_the_program_prints(request: pytest.FixtureRequest) -> None:
    printed = sfsgen("schema --draft 7").out
    if request.config.getoption("--update-examples"):
        PUBLISHED.write_text(printed)
    assert PUBLISHED.read_text() == printed
    schema = json.loads(printed)
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["$id"] == ADDRESS


def test_the_draft_is_named_as_people_name_it() -> None:
    newest = sfsgen("schema").out
    assert json.loads(newest)["$schema"].endswith("2020-12/schema")
    assert sfsgen("schema --draft 2020-12").out == newest
    assert sfsgen("schema --draft draft-07").out == PUBLISHED.read_text()
    refused = sfsgen("schema --draft 4")
    assert (refused.status, refused.out) == (2, "")
    assert "give one of 2020-12, 7" in refused.err


def test_nothing_in_it_is_ignored_by_draft_07() -> None:
    def schemas(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            yield value
        for each in value.values() if isinstance(value, dict) else value:
            if isinstance(each, dict | list):
                yield from schemas(each)

    for each in schemas(json.loads(PUBLISHED.read_text())):
        assert "$defs" not in each
        if isinstance(each.get("$ref"), str):
            assert list(each) == ["$ref"]
        assert not [key for key in each if key.startswith("x-")]
        assert not isinstance(each.get("type"), list)  # Ajv's strict mode refuses unions


def _documents() -> Iterator[Any]:
    """Yield values: those of the examples, those of `init`, and what SchemaStore is shown."""
    texts = [sfsgen("init").out, *(each.read_text() for each in (*GOOD, *BAD))]
    texts += [
        file.read_text()
        for file in sorted((ROOT / "examples").glob("*/*.yaml"))
        if "claimTemplates:" in file.read_text() and file.name != "expected.yaml"
    ]
    for text in texts:
        yield from filter(None, yaml.safe_load_all(text))


def _changed(value: Any) -> Iterator[Any]:
    """Yield a document with each of its values exchanged, or with a word that there is not."""
    if isinstance(value, dict):
        yield {**value, "no-such-word": 1}
        for key, inner in value.items():
            yield {name: each for name, each in value.items() if name != key}
            yield from ({**value, key: each} for each in _changed(inner))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from ([*value[:index], each, *value[index + 1 :]] for each in _changed(inner))
    yield from OTHERS


def test_both_drafts_judge_every_values_file_alike() -> None:
    ours = Draft202012Validator(vocabulary.schema())
    theirs = Draft7Validator(json.loads(PUBLISHED.read_text()))
    verdicts = []
    for document in _documents():
        verdicts.append(theirs.is_valid(document))
        assert ours.is_valid(document) == verdicts[-1], document
    for file in GOOD:
        for changed in _changed(yaml.safe_load(file.read_text())):
            verdicts.append(theirs.is_valid(changed))
            assert ours.is_valid(changed) == verdicts[-1], changed
    assert 50 < sum(verdicts) < len(verdicts) - 50


@pytest.mark.parametrize("file", [*GOOD, *BAD], ids=lambda file: file.name)
def test_the_program_judges_what_schemastore_is_shown_as_the_schema_does(file: Path) -> None:
    assert sfsgen(["render", "-f", str(file)]).status == (0 if file in GOOD else 2)


def test_the_entry_of_the_catalog_names_the_files_that_are_meant() -> None:
    entry = json.loads((FOLDER / "catalog.json").read_text())
    assert set(entry) == {"name", "description", "fileMatch", "url"}
    assert entry["url"] == ADDRESS
    for file in GOOD:
        assert any(file.match(pattern) for pattern in entry["fileMatch"]), file.name
    assert not any(Path("values.yaml").match(pattern) for pattern in entry["fileMatch"])


@pytest.mark.skipif(not shutil.which("check-jsonschema"), reason="no check-jsonschema here")
def test_check_jsonschema_takes_what_is_right_and_refuses_what_is_not() -> None:
    command = ["check-jsonschema", "--output-format", "json", "--schemafile", str(PUBLISHED)]
    assert (
        subprocess.run([*command, *map(str, GOOD)], capture_output=True, check=False).returncode
        == 0
    )
    refused = subprocess.run([*command, *map(str, BAD)], capture_output=True, check=False)
    assert refused.returncode == 1
    told = {each["filename"] for each in json.loads(refused.stdout)["errors"]}
    assert told == {str(each) for each in BAD}


def test_the_settings_of_the_documentation_are_of_this_schema() -> None:
    text = (ROOT / "docs/editors.md").read_text()
    assert f"# yaml-language-server: $schema={ADDRESS}\n" in text
    (settings,) = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (patterns,) = json.loads(settings)["yaml.schemas"].values()
    assert set(patterns) < set(json.loads((FOLDER / "catalog.json").read_text())["fileMatch"])
    (hook,) = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    pattern = yaml.safe_load(hook)["repos"][0]["hooks"][0]["files"]
    assert all(re.search(pattern, f"deploy/{file.name}") for file in GOOD)
    assert not re.search(pattern, "deploy/notsfsgen.yaml")
