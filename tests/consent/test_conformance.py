"""`python -m consent.conformance` decides cases from files, without settings or database."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consent.conformance import main
from tests import needs
from tests.consent.fhir_cast import consent, request, rule

ROOT = Path(__file__).resolve().parent.parent.parent


def case(name: str = "one", **changes: Any) -> dict[str, Any]:
    value = {"id": name, "consents": ["permit.json"], "request": request(), "expected": "permit", "why": "S3"}
    return {**value, "base_policy": "deny", **changes}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A permit and a deny, in a folder beside the cases."""
    (tmp_path / "consents").mkdir()
    for effect in ("permit", "deny"):
        (tmp_path / "consents" / f"{effect}.json").write_text(json.dumps(consent(rule(effect))))
    return tmp_path


def written(folder: Path, *cases: Any, name: str = "cases.json") -> str:
    path = folder / name
    path.write_text(json.dumps(list(cases)))
    return str(path)


def test_all_open_cases_are_answered_as_they_state(
    test_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = test_data / "pcf" / "cases-open.json"
    needs.need(cases.is_file(), f"the consent cases {cases} are not there")
    assert main([str(cases)]) == 0
    assert capsys.readouterr().out == "117 cases, 0 differ\n"


def test_cases_that_differ_are_named_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, case(), case("two", expected="deny"), case("three", consents=[]))
    assert main([file]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("two: expected deny, decided permit by ")
    assert lines[0].endswith(":1 (S3)")
    assert lines[1:] == ["three: expected permit, decided deny by layer base (S3)", "3 cases, 2 differ"]


def test_json_is_all_that_standard_output_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(folder, case(), case("two", consents=["permit.json", "deny.json"]))
    assert main(["--json", file]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"one": "permit", "two": "deny"}
    assert shown.err.endswith("2 cases, 1 differ\n")


def test_a_case_without_an_expectation_is_only_decided(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = case()
    del value["expected"]
    assert main(["--json", written(folder, value)]) == 0
    assert json.loads(capsys.readouterr().out) == {"one": "permit"}


def test_several_files_and_another_folder_of_consents(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / "elsewhere"
    other.mkdir()
    (other / "permit.json").write_text(json.dumps(consent(rule("deny"))))
    files = [written(folder, case()), written(folder, case("two"), name="more.json")]
    assert main(files) == 0
    assert main([*files, "--consents", str(other)]) == 1
    assert capsys.readouterr().out.endswith("2 cases, 2 differ\n")


def without(name: str) -> dict[str, Any]:
    value = case()
    del value[name]
    return value


BAD_CASES = [
    ("not an object", 7, "case 1 must be an object"),
    ("no id", without("id"), "id is missing"),
    ("no consents", without("consents"), "(one): consents is missing"),
    ("no request", without("request"), "request must be an object"),
    ("consents no list", case(consents="permit.json"), "consents must be a list"),
    ("another answer", case(expected="maybe"), "expected must be permit or deny"),
    ("another base", case(base_policy="permit"), "base_policy"),
    ("no now", case(request=request(now=None)), "now is missing"),
    ("no time", case(request=request(now="2022-07-01")), "now must be a FHIR dateTime with a time"),
    ("no date", case(request=request(date="yesterday")), "date must be a FHIR dateTime"),
    ("no patient", case(request=request(patient=None)), "patient is missing"),
    ("no action", case(request=request(action=None)), "action is missing"),
    ("empty purpose", case(request=request(purpose="")), "purpose must be a string that is not empty"),
    ("groups no list", case(request=request(actor_groups="Group/team")), "actor_groups must be a list"),
    (
        "labels of numbers",
        case(request=request(securityLabels=[1])),
        "securityLabels must be a list of strings",
    ),
    ("no such consent", case(consents=["none.json"]), "cannot be read"),
    ("a path", case(consents=["../cases.json"]), "is not the name of a file"),
    ("no name of a file", case(consents=["a\0b"]), "(unprintable) is not the name of a file"),
    ("half a character", case(consents=["\ud800"]), "(unprintable) is not the name of a file"),
]


@pytest.mark.parametrize(
    ("value", "words"), [each[1:] for each in BAD_CASES], ids=[each[0] for each in BAD_CASES]
)
def test_a_malformed_case_is_named_and_nothing_is_reported(
    value: Any, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([written(folder, value)]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


UNKNOWN = json.dumps(consent(rule("permit", purpose=["MARKETING"]))).encode()
REFUSED = [
    (UNKNOWN, "refused.json: Consent.provision.purpose[0].code MARKETING"),
    (b"[]", "refused.json: This is not a FHIR Consent."),
    (b"\xff{}", "refused.json: The consent is not JSON in UTF-8"),
    (b"", "refused.json: The consent is not JSON in UTF-8"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED, ids=["code", "list", "not UTF-8", "empty"])
def test_a_consent_that_is_refused_is_named_once_and_denies_only_the_cases_that_it_is_part_of(
    content: bytes, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "consents" / "refused.json").write_bytes(content)
    both = ["permit.json", "refused.json"]
    file = written(folder, case("a", consents=both), case("b", consents=both, expected="deny"), case("c"))
    assert main([file, "--json"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"a": "deny", "b": "deny", "c": "permit"}
    named, differing, count = shown.err.splitlines()
    assert words in named
    assert differing == "a: expected permit, decided deny by a consent that was refused (S3)"
    assert count == "3 cases, 1 differ"


@pytest.mark.parametrize("content", ["", "{}", "[1", '[{"id": "a", "id": "b"}]'])
def test_a_file_that_is_no_list_of_cases_is_named(
    content: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cases.json").write_text(content)
    assert main([str(folder / "cases.json")]) == 2
    assert "cases.json" in capsys.readouterr().err


def test_an_id_that_occurs_twice_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([written(folder, case(), case())]) == 2
    assert "'one' occurs twice" in capsys.readouterr().err


def test_it_runs_alone_without_django(folder: Path) -> None:
    program = (
        "import runpy, sys; sys.modules['django'] = None; sys.argv[0] = 'conformance';"
        "runpy.run_module('consent.conformance', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, written(folder, case())],
        cwd=ROOT,
        env={},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 cases, 0 differ\n", "")
