"""What a charm.yaml may hold, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from fanlight.runner.definition import Definition, DefinitionError, NoDefinitionError, check, load, parse

SMALLEST: dict[str, Any] = {
    "version": "0.4",
    "persona": {"name": "weather", "description": "Tells the weather."},
    "interface": {"input": {"type": "object"}, "output": {"type": "object"}},
    "runtime": {"adapter": {"type": "python", "entry_point": "main:agent"}},
}

WHOLE = """
version: 0.4.4
id: 0b5c8f5c-3f1b-4f6e-9a50-2f9b5d9f3a11
persona:
  name: weather
  description: Tells the weather.
  version: 1.2.0
  full_description: More words.
  authors: [Ada, {name: Grace, email: grace@example.org}]
  tags: [weather]
  license: MIT
  assets: {icon: icon.png, banner: banner.png, screenshots: [a.png]}
pricing: {model: subscription, amount: 9.5, billing_period: monthly, trial: {enabled: true, days: 14}}
auth: {providers: [{name: google, scopes: [calendar]}]}
goals: [say it plainly]
interface:
  input: {type: object}
  output: {type: string}
  state: {format: json, schema: {type: object}}
  ui: {kind: chat}
runtime:
  adapter:
    type: langgraph
    entry_point: src.main:graph
    environment_variables: {models: [OPENAI_API_KEY], tools: [SEARCH_KEY, OPENAI_API_KEY]}
  skills: [{name: search, source: here, version: 1.0.0, config: {depth: 2}}]
  telemetry: [fanlight, otlp]
  memory: {provider: local, config: {size: 3}}
  config: {system_prompt: Be kind., model: gpt-4o, temperature: 0.2, auto_install_dependencies: true}
  custom_image: example/agent:1
  mode: full
  lifecycle: daemon
policies:
  allow_internet_access: false
  human_in_the_loop: {enabled: true, triggers: [pay]}
  max_steps: 7
  budget_limit: 0.25
  execution_timeout_seconds: 90
workflow: {steps: []}
something_new: {kept: true}
"""


def given(**changes: Any) -> dict[str, Any]:
    return {**SMALLEST, **changes}


def problems(document: dict[str, Any]) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        check(document)
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_definition_has_the_published_defaults() -> None:
    found = check(SMALLEST)
    assert (found.persona.version, found.persona.license, found.pricing.model) == ("0.1.0", "Free", "free")
    assert (found.runtime.telemetry, found.runtime.mode, found.runtime.lifecycle) == (
        (),
        "standard",
        "serverless",
    )
    assert (found.policies.max_steps, found.policies.given_max_steps) == (20, None)
    assert (found.policies.budget_limit, found.policies.execution_timeout_seconds) == (0.0, None)
    assert (found.runtime.memory.provider, found.entry_point) == ("local", "main:agent")


def test_every_key_of_a_whole_definition_is_read_and_an_unknown_one_kept() -> None:
    found = parse(WHOLE)
    assert found.persona.authors == ("Ada", {"name": "Grace", "email": "grace@example.org"})
    assert found.pricing.trial.days == 14
    assert found.auth.providers[0].scopes == ("calendar",)
    assert found.interface.state is not None
    assert found.interface.state.shape == {"type": "object"}
    assert found.runtime.adapter.environment_variables.all == ("OPENAI_API_KEY", "SEARCH_KEY")
    assert found.runtime.skills[0].config == {"depth": 2}
    assert found.runtime.config is not None
    assert found.runtime.config.temperature == 0.2
    assert (found.policies.given_max_steps, found.policies.human_in_the_loop.triggers) == (7, ("pay",))
    assert found.model_extra == {"something_new": {"kept": True}}


def test_variables_may_be_a_plain_list() -> None:
    runtime = {"adapter": {**SMALLEST["runtime"]["adapter"], "environment_variables": ["A", "B"]}}
    assert check(given(runtime=runtime)).runtime.adapter.environment_variables.all == ("A", "B")


@pytest.mark.parametrize("version", ["0.4", "0.4.0", "0.4.17", 0.4])
def test_versions_of_the_contract(version: object) -> None:
    assert check(given(version=version)).version == str(version)


def test_each_wrong_key_is_named_with_what_was_found_and_what_to_write() -> None:
    assert problems(
        {
            "version": "0.5",
            "persona": {"name": "", "description": 3, "version": "one"},
            "pricing": {"model": "gift", "amount": -1},
            "interface": {"input": []},
            "runtime": {"adapter": {"type": "magic"}, "telemetry": "fanlight", "lifecycle": None},
            "policies": {"budget_limit": "lots", "execution_timeout_seconds": 0, "max_steps": 0},
        }
    ) == snapshot(
        [
            'version: is \'0.5\'; write "0.4" or "0.4.x"',
            "persona.name: is ''; string should have at least 1 character",
            "persona.description: is 3; write text, in quotes",
            "persona.version: is 'one'; write a version such as \"1.0.0\"",
            "pricing.model: is 'gift'; write 'free', 'subscription' or 'one_time'",
            "pricing.amount: is -1; input should be greater than or equal to 0",
            "interface.input: is []; write a mapping",
            "interface.output: is missing; add it",
            (
                "runtime.adapter.type: is 'magic'; write 'python', 'custom', 'langchain', 'langgraph', "
                "'crewai', 'node', 'process' or 'openclaw'"
            ),
            "runtime.telemetry: is 'fanlight'; write a list",
            "runtime.lifecycle: is None; write 'serverless', 'daemon' or 'interactive'",
            "policies.max_steps: is 0; input should be greater than or equal to 1",
            (
                "policies.budget_limit: is 'lots'; input should be a valid number, unable to parse string "
                "as a number"
            ),
            "policies.execution_timeout_seconds: is 0; input should be greater than or equal to 1",
        ]
    )


def test_a_fragment_of_a_document_is_refused() -> None:
    assert problems({"runtime": SMALLEST["runtime"]}) == snapshot(
        ["version: is missing; add it", "persona: is missing; add it", "interface: is missing; add it"]
    )


def test_an_adapter_without_entry_point_is_said_when_it_is_needed() -> None:
    found = check(given(runtime={"adapter": {"type": "node"}}))
    with pytest.raises(DefinitionError, match=r'entry_point: is missing; write "node main\.js"'):
        _ = found.entry_point


NO_YAML = "agent.yaml is not YAML"
NO_MAPPING = "it is a mapping: version, persona, interface, runtime"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"agent.yaml is empty; {NO_MAPPING}"),
        ("- a\n- b", f"agent.yaml holds ['a', 'b']; {NO_MAPPING}"),
        ("persona: {name: [", f"{NO_YAML} at line 1, column 18: expected the node content, but found"),
        ("a: b\n\tc: d", f"{NO_YAML} at line 2, column 1: found character '\\t' that cannot start any token"),
        ("a: \x01", f"{NO_YAML}: unacceptable character #x0001: special characters are not allowed"),
        ("a: !!python/name:os.system x", f"{NO_YAML} at line 1, column 4: could not determine a constructor"),
    ],
)  # fmt: skip
def test_text_that_is_no_definition_says_where_and_why(text: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text, where="agent.yaml")
    assert str(caught.value).startswith(message)


def test_deep_nesting_and_nested_aliases_are_refused_in_bounded_time() -> None:
    with pytest.raises(DefinitionError):
        parse("a: " + "[" * 5_000)
    doubling = "\n".join(
        ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)), "version: *a59"]
    )
    with pytest.raises(DefinitionError) as caught:
        parse(doubling)
    assert len(str(caught.value)) < 2_000


def test_no_file_no_folder_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(NoDefinitionError, match=r"no charm\.yaml in .*; name the folder of an agent"):
        load(tmp_path)
    with pytest.raises(NoDefinitionError, match=r"no file or folder .*nowhere"):
        load(tmp_path / "nowhere")
    (tmp_path / "charm.yaml").write_bytes(b"persona: \xff\xfe")
    with pytest.raises(DefinitionError, match="not UTF-8"):
        load(tmp_path)
    (tmp_path / "charm.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(DefinitionError, match="1,048,577 bytes; at most 1,048,576 are read"):
        load(tmp_path)


def test_a_folder_and_its_file_name_the_same_agent(tmp_path: Path) -> None:
    (tmp_path / "charm.yaml").write_text(WHOLE)
    assert load(tmp_path) == load(tmp_path / "charm.yaml")
    assert isinstance(load(tmp_path), Definition)
