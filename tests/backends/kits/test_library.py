"""Which kits there are: the built-in ones, and those of a folder that may hold anything."""

import logging
import os
from pathlib import Path

import pytest

from backends.kits.errors import (
    BrokenKit,
    BuiltInKit,
    KitChanged,
    KitNotWritten,
    NoKitsFolder,
    UnknownKit,
)
from backends.kits.folder import MAX_KITS
from backends.kits.kit import Kit
from backends.kits.library import BUILT_IN, Kits
from backends.kits.reading import read_kit
from statemachine.roles import FIELD_ROLES
from tests.backends.kits.examples import SMALL

DIVER = read_kit(SMALL.encode(), "diver.toml")


def as_role(role: str, language: str = "en") -> str:
    return SMALL.replace('"Diver"', f'"{role}"\nlanguage = "{language}"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "diver.toml").write_text(SMALL)
    return tmp_path


@pytest.fixture
def kits(folder: Path) -> Kits:
    return Kits(folder)


def test_each_built_in_kit_is_whole_and_named_after_its_role() -> None:
    for listing in Kits().listings():
        assert listing.kit is not None, str(listing.broken)
        slug = listing.kit.role.lower().replace(" ", "-")
        language = listing.kit.language
        assert listing.id == (slug if language == "en" else f"{slug}-{language}")


@pytest.mark.parametrize("role", FIELD_ROLES)
def test_the_roles_that_the_desktop_knows_have_kits_of_fifteen_questions(role: str) -> None:
    found = Kits().for_role(role)
    assert found is not None
    assert len(found.kit.questions) == 15


def test_the_role_and_language_are_looked_for_without_reading_other_kits(
    tmp_path: Path,
) -> None:
    for id in ("nurse", "nurse-de", "diver"):
        (tmp_path / f"{id}.toml").write_bytes((BUILT_IN / "nurse.toml").read_bytes())
    (tmp_path / "nurse-de.toml").write_text(as_role("Nurse", "de"))
    kits = Kits(built_in=tmp_path)
    found = {language: kits.for_role("Nurse", language) for language in (None, "en", "de-AT", "fr")}
    assert {language: kit and kit.id for language, kit in found.items()} == {
        None: "nurse",
        "en": "nurse",
        "de-AT": "nurse-de",
        "fr": "nurse",
    }
    assert kits.for_role("Astronaut") is None
    assert kits.for_role("nurse") is None


def test_an_own_kit_goes_before_the_built_in_one(folder: Path, kits: Kits) -> None:
    (folder / "nurse.toml").write_text(as_role("Nurse"))
    (folder / "our-teacher.toml").write_text(as_role("Teacher", "de"))
    assert kits.get("nurse").kit.greeting == DIVER.greeting
    for role, id in (("Nurse", "nurse"), ("Teacher", "our-teacher"), ("Diver", "diver")):
        found = kits.for_role(role)
        assert found is not None
        assert (found.id, found.built_in) == (id, False)
    english = kits.for_role("Teacher", "en")
    assert english is not None
    assert english.built_in


def test_a_file_that_changes_is_read_again(folder: Path, kits: Kits) -> None:
    assert kits.get("diver").kit.questions[0].text == "How deep do you dive?"
    (folder / "diver.toml").write_text(SMALL.replace("How deep", "How far down"))
    assert kits.get("diver").kit.questions[0].text == "How far down do you dive?"
    (folder / "diver.toml").unlink()
    with pytest.raises(UnknownKit):
        kits.get("diver")


def test_a_broken_kit_is_left_out_and_the_log_says_so_once(
    folder: Path, kits: Kits, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "broken.toml").write_text("role = 1")
    (folder / "Not an id\x1b.toml").write_text(SMALL)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            broken = {listing.id for listing in kits.listings() if listing.broken}
            assert kits.roles()
    assert broken == {"broken", "Not an id\x1b"}
    assert len(caplog.records) == 2
    assert all(record.getMessage().isprintable() for record in caplog.records)
    with pytest.raises(BrokenKit, match=r"broken.toml, line 1, role: must be text"):
        kits.get("broken")


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
def test_nothing_outside_of_the_folder_is_read_and_no_pipe_is_waited_for(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.toml"
    outside.write_text(SMALL)
    (folder / "secret.toml").symlink_to(outside)
    (folder / "inside.toml").symlink_to("diver.toml")
    (folder / "loop.toml").symlink_to("loop.toml")
    os.mkfifo(folder / "pipe.toml")
    (folder / "folder.toml").mkdir()
    (folder / "deeper").mkdir()
    (folder / "deeper" / "hidden.toml").write_text(SMALL)
    listings = {listing.id: listing for listing in Kits(folder).listings()}
    own = {id: listing.kit is not None for id, listing in listings.items() if not listing.built_in}
    assert own == {
        "diver": True, "inside": True, "secret": False, "loop": False, "pipe": False,
        "folder": False,
    }  # fmt: skip
    assert "link to a file outside" in str(listings["secret"].broken)


def test_a_folder_that_is_too_full_or_not_there_stops_nothing(tmp_path: Path) -> None:
    for number in range(MAX_KITS + 3):
        (tmp_path / f"kit{number:04}.toml").write_text("")
    kits = Kits(tmp_path)
    assert sum(not listing.built_in for listing in kits.listings()) == MAX_KITS
    with pytest.raises(KitNotWritten, match="may not have more"):
        kits.put("one-more", DIVER)
    nowhere = Kits(tmp_path / "nowhere")
    assert nowhere.for_role("Nurse") is not None
    assert nowhere.put("diver", DIVER) == nowhere.get("diver")


def test_what_is_put_can_be_got_changed_and_deleted(folder: Path, kits: Kits) -> None:
    version = kits.get("diver").kit.version
    changed = DIVER.model_copy(update={"role": "Deep Diver"})
    assert kits.put("diver", changed, version).kit == kits.get("diver").kit == changed
    with pytest.raises(KitChanged):
        kits.put("diver", DIVER, version)
    with pytest.raises(KitChanged):
        kits.put("diver", DIVER, "")
    with pytest.raises(KitChanged):
        kits.delete("diver", version)
    kits.put("new", DIVER, "")
    kits.delete("diver", "*")
    assert sorted(path.name for path in folder.iterdir()) == ["new.toml"]
    with pytest.raises(UnknownKit):
        kits.delete("diver")


def test_a_built_in_kit_can_be_overridden_and_not_deleted(kits: Kits) -> None:
    with pytest.raises(BuiltInKit):
        kits.delete("nurse")
    kits.put("nurse", DIVER, kits.get("nurse").kit.version)
    assert not kits.get("nurse").built_in
    kits.delete("nurse")
    assert kits.get("nurse").built_in


def test_without_a_folder_nothing_is_written() -> None:
    with pytest.raises(NoKitsFolder):
        Kits().put("diver", DIVER)
    with pytest.raises(BuiltInKit):
        Kits().delete("nurse")


@pytest.mark.parametrize("id", ["..", "../x", "a/b", "A", "", "a--b", "a" * 61, "a\x00"])
def test_what_is_no_id_is_no_path(kits: Kits, id: str) -> None:
    with pytest.raises(UnknownKit):
        kits.get(id)
    with pytest.raises(BrokenKit):
        kits.put(id, DIVER)


def test_a_kit_without_an_own_prompt_gets_one() -> None:
    from backends.kits.prompting import prompt_of

    german = Kit.model_validate(DIVER.model_dump() | {"language": "de", "seniority": "senior"})
    assert "Diver (seniority: senior). Speak German." in prompt_of(german, "de")
    assert "Diver (seniority: senior). Speak French." in prompt_of(german, "fr")
    assert "Areas to probe: Safety." in prompt_of(german, "de")
    assert prompt_of(DIVER.model_copy(update={"prompt": "Be kind."}), "en") == "Be kind."


def test_a_kit_in_yaml_is_told_of(tmp_path: Path) -> None:
    for name in ("nurse.yaml", "night.yml"):
        (tmp_path / name).write_text("role: Nurse")
    broken = [listing.broken for listing in Kits(tmp_path).listings() if listing.broken]
    assert [str(one).partition("/")[2] for one in broken] == [
        "'night.yml': is YAML; write the kit as TOML",
        "'nurse.yaml': is YAML; write the kit as TOML",
    ]


def test_a_built_in_kit_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "nurse.toml"
    file.write_bytes((BUILT_IN / "nurse.toml").read_bytes())
    kits = Kits(built_in=tmp_path)
    read = kits.get("nurse")
    file.unlink()
    assert kits.get("nurse").kit is read.kit
    assert kits.for_role("Nurse") == read
