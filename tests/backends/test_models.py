"""The model catalogue: two sources in one list, and a built-in list where neither offers any."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from backends.http import Connections, Service
from backends.loading import ModelLoader
from backends.modelcard import FALLBACK, ModelState
from backends.models import Model, ModelCatalogue
from backends.services import GRANITE, OLLAMA, OPENAI
from tests.backends.surroundings import PATIENCE, eventually, running, urls_of
from tests.fakes import (
    FakeServer,
    GraniteServer,
    Mood,
    OllamaServer,
    OpenAiServer,
    ollama_model,
    openai_model,
)
from tests.stopwatch import Stopwatch

NEVER = 3600.0
GRANITES = "vetta-granite-2b-gguf-v4"
OLLAMAS = ["llama3.2:1b", "granite3.3:2b"]
BUILT_IN = ["granite4:2b", "llama3.2:1b"]


@asynccontextmanager
async def catalogue_of(
    *servers: FakeServer, fetch_seconds: float = PATIENCE
) -> AsyncIterator[ModelCatalogue]:
    """A catalogue that runs; those of its sources that are not given refuse."""
    urls = urls_of(servers)
    async with (
        aclosing(Connections()) as connections,
        aclosing(ModelLoader(Service(connections, urls[OLLAMA]))) as loader,
    ):
        catalogue = ModelCatalogue(
            connections, urls, loader, round_seconds=NEVER, fetch_seconds=fetch_seconds
        )
        async with running(catalogue):
            yield catalogue


def fetched(*servers: FakeServer) -> ModelCatalogue:
    """A catalogue after its first round."""

    async def fetch() -> ModelCatalogue:
        async with catalogue_of(*servers, fetch_seconds=1) as catalogue:
            await catalogue.models(within=PATIENCE)
            return catalogue

    return asyncio.run(fetch())


def listed(*servers: FakeServer) -> list[Model]:
    """The list after the first round."""
    return asyncio.run(fetched(*servers).models(within=0))


def first_of(catalogue: ModelCatalogue, source: str) -> Model | None:
    """The first model that may stand in for another of the source's."""
    return next(iter(catalogue.stand_ins(source)), None)


def ids(models: list[Model]) -> list[str]:
    return [model.id for model in models]


# The list


def test_both_sources_are_merged(granite: GraniteServer, ollama: OllamaServer) -> None:
    assert ids(listed(granite, ollama)) == [GRANITES, *OLLAMAS]
    assert (granite.requests[0].method, granite.requests[0].path) == ("GET", "/api/v1/models")
    asked = {(request.method, request.path) for request in ollama.requests}
    assert asked == {("GET", "/api/tags"), ("GET", "/api/ps"), ("POST", "/api/show")}


def test_a_model_that_both_offer_is_listed_once_as_granites(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    ollama.models.append(ollama_model(GRANITES, "granite", "2B", 1))
    models = listed(granite, ollama)
    assert ids(models) == [GRANITES, *OLLAMAS]
    assert models[0].source == GRANITE


@pytest.mark.parametrize("bare", [False, True])
def test_granite_may_list_its_models_bare_or_in_an_object(
    granite: GraniteServer, bare: bool
) -> None:
    granite.bare_model_list = bare
    (model,) = listed(granite)
    assert model.model_dump(by_alias=True) == {**granite.models[0], "state": None}


@pytest.mark.parametrize("failing", [GRANITE, OLLAMA])
@pytest.mark.parametrize(
    "mood",
    [
        Mood.ERROR_500,
        Mood.HANG,
        Mood.HTML,
        Mood.WRONG_SHAPE,
        Mood.JSON_LIST,
        Mood.JSON_NULL,
        Mood.DEEP_JSON,
        Mood.ENDLESS,
    ],
)
def test_a_source_that_fails_leaves_the_others_models_standing(
    granite: GraniteServer, ollama: OllamaServer, failing: str, mood: Mood
) -> None:
    (granite if failing == GRANITE else ollama).mood = mood
    assert ids(listed(granite, ollama)) == (OLLAMAS if failing == GRANITE else [GRANITES])


def test_the_built_in_list_stands_where_neither_source_answers() -> None:
    models = listed()
    assert models == list(FALLBACK)
    assert [(m.id, m.name, m.param_count, m.ram_required, m.download_size) for m in models] == [
        ("granite4:2b", "Granite 4 2B", "2B", "8-12 GB", "1.2 GB"),
        ("llama3.2:1b", "Llama 3.2 1B", "1B", "4-6 GB", "600 MB"),
    ]
    assert {(model.source, model.state) for model in models} == {("fallback", "unavailable")}


def test_the_built_in_list_stands_where_neither_source_has_any(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    granite.models, ollama.models = [], []
    assert listed(granite, ollama) == list(FALLBACK)


# Granite's entries


@pytest.mark.parametrize(
    "given",
    [
        {"paramCount": "2B", "ramRequired": "8 GB", "downloadSize": "1.2 GB"},
        {"param_count": "2B", "ram_required": "8 GB", "download_size": "1.2 GB"},
    ],
)
def test_fields_may_be_in_camel_case_or_in_snake_case(
    granite: GraniteServer, given: dict[str, str]
) -> None:
    granite.models = [{"id": "m", **given}]
    (model,) = listed(granite)
    assert (model.param_count, model.ram_required, model.download_size) == ("2B", "8 GB", "1.2 GB")


@pytest.mark.parametrize("nothing", [{}, {"name": None, "paramCount": None, "description": None}])
def test_fields_that_are_missing_or_null_are_still_text(
    granite: GraniteServer, nothing: dict[str, None]
) -> None:
    granite.models = [{"id": "m", **nothing}]
    (model,) = listed(granite)
    assert model == Model(id="m", name="m", source=GRANITE)
    assert (model.param_count, model.ram_required, model.download_size) == ("unknown",) * 3
    assert (model.description, model.dataset) == ("", None)


def test_numbers_become_text(granite: GraniteServer) -> None:
    granite.models = [{"id": 7, "paramCount": 2_000_000_000, "downloadSize": 1.2}]
    (model,) = listed(granite)
    assert (model.id, model.param_count, model.download_size) == ("7", "2000000000", "1.2")


def test_the_source_is_who_offers_it_not_what_the_entry_says(granite: GraniteServer) -> None:
    granite.models = [{"id": "m", "source": "somewhere else"}]
    assert listed(granite)[0].source == GRANITE


@pytest.mark.parametrize(
    "bad", [None, 7, "m", [], {}, {"id": ""}, {"id": "m" * 201}, {"id": "m", "name": ["m"]}]
)
def test_a_bad_entry_of_granites_does_not_cost_the_others(granite: GraniteServer, bad: Any) -> None:
    granite.models.insert(0, bad)
    assert ids(listed(granite)) == [GRANITES]


# Ollama's entries


@pytest.mark.parametrize(
    ("size", "download_size", "ram_required"),
    [
        (0, "unknown", "unknown"),
        (1, "1 MB", "2 GB"),
        (522_653_767, "523 MB", "2 GB"),
        (1_321_098_329, "1.3 GB", "3 GB"),
        (39_000_000_000, "39.0 GB", "60 GB"),
    ],
)
def test_sizes_are_made_from_bytes(
    ollama: OllamaServer, size: int, download_size: str, ram_required: str
) -> None:
    ollama.models = [ollama_model("qwen3:0.6b", "qwen3", "752M", size)]
    assert listed(ollama) == [
        Model(
            id="qwen3:0.6b",
            name="qwen3:0.6b",
            param_count="752M",
            ram_required=ram_required,
            download_size=download_size,
            description="Installed in Ollama (Q4_K_M).",
            source=OLLAMA,
            state=ModelState.INSTALLED,
        )
    ]


def test_a_name_is_enough_for_a_card(ollama: OllamaServer) -> None:
    ollama.models = [{"name": "m"}]
    assert listed(ollama) == [
        Model(
            id="m",
            name="m",
            description="Installed in Ollama.",
            source=OLLAMA,
            state=ModelState.INSTALLED,
        )
    ]


@pytest.mark.parametrize(
    "bad", [None, "m", {}, {"name": ""}, {"name": "m", "size": -1}, {"name": "m", "size": 10**400}]
)
def test_a_bad_entry_of_ollamas_does_not_cost_the_others(ollama: OllamaServer, bad: Any) -> None:
    ollama.models.insert(0, bad)
    assert ids(listed(ollama)) == OLLAMAS


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("nomic-embed-text:latest", "nomic-bert"),
        ("all-minilm:latest", "bert"),
        ("qwen3-embedding:0.6b", "qwen3"),
        ("bge-m3:latest", "llama"),
    ],
)
def test_models_that_embed_are_not_listed(ollama: OllamaServer, name: str, family: str) -> None:
    ollama.models.insert(0, ollama_model(name, family, "137M", 274_302_450))
    ollama.tells_capabilities = False
    catalogue = fetched(ollama)
    assert ids(catalogue.listed()) == OLLAMAS
    assert catalogue.source_of(name) is None


def test_a_model_that_says_it_cannot_chat_is_not_listed(ollama: OllamaServer) -> None:
    ollama.models.insert(0, ollama_model("arctic:latest", "llama", "335M", 669_615_493))
    ollama.capabilities = {"arctic:latest": ["embedding"]}
    catalogue = fetched(ollama)
    assert ids(catalogue.listed()) == OLLAMAS
    assert catalogue.named(OLLAMA, "arctic") is None


CLOUD: dict[str, Any] = {
    "name": "gpt-oss:120b-cloud",
    "size": 384,
    "remote_host": "https://ollama.com:443",
}


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        (CLOUD, "ollama.com"),
        ({"name": "gpt-oss:120b-cloud", "size": 384}, "ollama.com"),
        ({"name": "kimi-k2:cloud", "size": 384}, "ollama.com"),
        ({"name": "mine", "size": 384, "remote_host": "http://gpu.example:11434"}, "gpu.example"),
    ],
)
def test_a_model_that_runs_elsewhere_says_so_and_comes_last(
    ollama: OllamaServer, entry: dict[str, Any], host: str
) -> None:
    ollama.models.insert(0, entry)
    catalogue = fetched(ollama)
    *_, card = catalogue.listed()
    assert card == Model(
        id=entry["name"],
        name=entry["name"],
        description=f"Runs on {host}, not on this machine.",
        source=OLLAMA,
    )
    first, default = first_of(catalogue, OLLAMA), catalogue.default()
    assert first == default
    assert first is not None
    assert first.id == OLLAMAS[0]
    assert catalogue.named(OLLAMA, entry["name"]) == card
    assert catalogue.runs_elsewhere(OLLAMA, entry["name"])
    assert not catalogue.runs_elsewhere(OLLAMA, OLLAMAS[0])


def test_where_all_models_run_elsewhere_none_is_the_default(ollama: OllamaServer) -> None:
    ollama.models = [CLOUD]
    catalogue = fetched(ollama)
    assert ids(catalogue.listed()) == ["gpt-oss:120b-cloud"]
    assert (catalogue.default(), first_of(catalogue, OLLAMA)) == (None, None)


def test_the_first_model_is_the_default(granite: GraniteServer, ollama: OllamaServer) -> None:
    for servers, first in (((granite, ollama), GRANITES), ((ollama,), OLLAMAS[0])):
        default = fetched(*servers).default()
        assert default is not None
        assert default.id == first


def test_the_built_in_list_is_no_default() -> None:
    """A model that nobody has never speaks, so no interview is to name it."""
    assert fetched().default() is None


def test_only_a_model_of_ollamas_on_this_machine_is_loaded(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    ollama.models += [CLOUD, ollama_model("mistral:latest", "llama", "7.2B", 1)]

    async def ask() -> None:
        async with catalogue_of(granite, ollama) as catalogue:
            await catalogue.models(within=PATIENCE)
            for model in (GRANITES, CLOUD["name"], "another", "mistral"):
                catalogue.warm(model)
            await eventually(lambda: ollama.loads == ["mistral:latest"])
            await eventually(lambda: list(ollama.loaded) == ["mistral:latest"])

    asyncio.run(ask())


# A server with OpenAI's interface


def test_its_models_stand_behind_the_others(ollama: OllamaServer, openai: OpenAiServer) -> None:
    catalogue = fetched(ollama, openai)
    assert ids(catalogue.listed()) == [*OLLAMAS, "qwen3-4b", "smollm2-135m"]
    assert catalogue.listed()[2] == Model(
        id="qwen3-4b",
        name="qwen3-4b",
        description="Offered by the server at OPENAI_BASE_URL.",
        source=OPENAI,
        state=ModelState.READY,
    )
    assert catalogue.source_of("qwen3-4b") == OPENAI
    assert ids(catalogue.stand_ins(OPENAI)) == ["qwen3-4b", "smollm2-135m"]


def test_its_models_that_do_not_chat_are_not_listed(openai: OpenAiServer) -> None:
    names = ["text-embedding-3-small", "whisper-1", "tts-1", "dall-e-3", "omni-moderation"]
    openai.models = [*map(openai_model, names), openai_model("chats"), None, {"id": ""}]
    assert ids(listed(openai)) == ["chats"]


@pytest.mark.parametrize(
    ("id", "shown", "name"),
    [
        ("/home/me/Qwen3-4B.gguf", "Qwen3-4B.gguf", "Qwen3-4B"),
        ("./models/Qwen3-4B.gguf", "Qwen3-4B.gguf", "Qwen3-4B"),
        ("C:\\models\\Qwen3-4B.gguf", "Qwen3-4B.gguf", "Qwen3-4B"),
        ("/models/qwen/", "qwen", "qwen"),
        ("Qwen/Qwen3-4B", "Qwen/Qwen3-4B", "Qwen/Qwen3-4B"),
        (f"/{'long/' * 60}Qwen3-4B.gguf", "Qwen3-4B.gguf", "Qwen3-4B"),
    ],
)
def test_the_path_of_a_model_of_its_stays_on_its_machine(
    openai: OpenAiServer, id: str, shown: str, name: str
) -> None:
    openai.models = [openai_model(id)]
    catalogue = fetched(openai)
    (card,) = catalogue.listed()
    assert (card.id, card.name) == (shown, name)
    assert catalogue.own_name(OPENAI, shown) == id


@pytest.mark.parametrize(
    ("told", "state"), [("loaded", "ready"), ("loading", "loading"), ("unloaded", "installed")]
)
def test_its_models_may_say_how_far_they_are(openai: OpenAiServer, told: str, state: str) -> None:
    openai.models = [{**openai_model("m"), "status": {"value": told}}]
    assert states(fetched(openai)) == [state]


def test_no_model_is_ruled_out_while_it_is_down(
    granite: GraniteServer, ollama: OllamaServer, openai: OpenAiServer
) -> None:
    assert fetched(granite, ollama, openai).rules_out("another")
    openai.mood = Mood.ERROR_500
    assert not fetched(granite, ollama, openai).rules_out("another")


# How far a model is


def test_each_of_ollamas_models_says_how_far_it_is(ollama: OllamaServer) -> None:
    ollama.loaded = {OLLAMAS[0]: 4096}
    ollama.load_seconds = 0.2

    async def ask() -> None:
        async with aclosing(Connections()) as connections:
            urls = urls_of([ollama])
            async with aclosing(ModelLoader(Service(connections, urls[OLLAMA]))) as loader:
                catalogue = ModelCatalogue(connections, urls, loader)
                async with running(catalogue):
                    await catalogue.models(within=PATIENCE)
                    assert states(catalogue) == ["ready", "installed"]
                    loader.warm(OLLAMAS[1])
                    assert states(catalogue) == ["ready", "loading"]
                    await loader.loaded(OLLAMAS[1])
                    assert states(catalogue) == ["ready", "ready"]

    asyncio.run(ask())


def states(catalogue: ModelCatalogue) -> list[str | None]:
    return [model.state for model in catalogue.listed()]


def test_the_state_is_left_out_where_nobody_says_it(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    granite.models[0]["state"] = ["excellent"]
    ollama.moods = {"/api/ps": Mood.ERROR_500}
    assert states(fetched(granite, ollama)) == [None] * 3


# Models that refuse to chat


def test_a_model_that_refuses_to_chat_is_left_out_until_something_changes(
    ollama: OllamaServer,
) -> None:
    async def ask() -> None:
        async with catalogue_of(ollama) as catalogue:
            await catalogue.models(within=PATIENCE)
            catalogue.mark_unusable(OLLAMA, [OLLAMAS[0]])
            assert ids(catalogue.listed()) == OLLAMAS[1:]
            assert catalogue.named(OLLAMA, OLLAMAS[0]) is None
            assert ids(catalogue.stand_ins(OLLAMA)) == OLLAMAS[1:]
            catalogue.refresh()
            assert ids(catalogue.listed()) == OLLAMAS
            ollama.models.append(ollama_model("mistral:latest", "llama", "7.2B", 1))
            catalogue.mark_unusable(OLLAMA, [OLLAMAS[0]])
            await eventually(lambda: len(catalogue.listed()) == 3)

    asyncio.run(ask())


# What is known of a model


def test_the_source_of_a_model_is_granite_if_both_offer_it(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    ollama.models.append(ollama_model(GRANITES, "granite", "2B", 1))
    catalogue = fetched(granite, ollama)
    assert catalogue.source_of(GRANITES) == GRANITE
    assert catalogue.source_of("llama3.2:1b") == OLLAMA
    assert catalogue.source_of("another") is None
    assert catalogue.source_of(None) is None


def test_a_model_of_ollamas_may_be_named_without_its_latest_tag(ollama: OllamaServer) -> None:
    ollama.models.append(ollama_model("mistral:latest", "llama", "7.2B", 1))
    catalogue = fetched(ollama)
    named = catalogue.named(OLLAMA, "mistral")
    assert named is not None
    assert named.id == "mistral:latest"
    assert catalogue.source_of("mistral") == OLLAMA


def test_the_first_of_a_source_is_the_first_it_lists(ollama: OllamaServer) -> None:
    catalogue = fetched(ollama)
    first = first_of(catalogue, OLLAMA)
    assert first is not None
    assert first.id == OLLAMAS[0]
    assert first_of(catalogue, GRANITE) is None


def test_a_model_is_ruled_out_when_every_source_answered_and_none_offers_it(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    catalogue = fetched(granite, ollama)
    offered = [GRANITES, *OLLAMAS]
    assert [catalogue.rules_out(id) for id in [*offered, "another"]] == [False] * 3 + [True]


@pytest.mark.parametrize("failing", [GRANITE, OLLAMA])
def test_no_model_is_ruled_out_while_a_source_is_down(
    granite: GraniteServer, ollama: OllamaServer, failing: str
) -> None:
    (granite if failing == GRANITE else ollama).mood = Mood.ERROR_500
    assert not fetched(granite, ollama).rules_out("another")


def test_a_built_in_model_is_ruled_out_only_where_it_is_not_listed(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    assert fetched(granite, ollama).rules_out("granite4:2b")
    granite.models, ollama.models = [], []
    catalogue = fetched(granite, ollama)
    assert [catalogue.rules_out(id) for id in [*BUILT_IN, "another"]] == [False, False, True]


# Time


@pytest.mark.alone
def test_the_list_is_there_in_time_and_whole_when_a_slow_source_has_answered(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    granite.mood, granite.delay = Mood.SLOW, 1.5

    async def ask() -> None:
        async with catalogue_of(granite, ollama) as catalogue:
            watch = Stopwatch()
            assert ids(await catalogue.models(within=0.5)) == OLLAMAS
            assert watch.seconds() < 1.2
            assert not catalogue.rules_out("another")
            assert ids(await catalogue.models(within=PATIENCE)) == [GRANITES, *OLLAMAS]

    asyncio.run(ask())


def test_a_refresh_fetches_at_once_what_has_come_and_gone(
    granite: GraniteServer, ollama: OllamaServer
) -> None:
    granite.mood = Mood.ERROR_500

    async def ask() -> None:
        async with catalogue_of(granite, ollama) as catalogue:
            assert ids(await catalogue.models(within=PATIENCE)) == OLLAMAS
            granite.mood, ollama.mood = Mood.GOOD, Mood.ERROR_500
            catalogue.refresh()
            await eventually(lambda: first_of(catalogue, GRANITE) is not None)
            await eventually(lambda: first_of(catalogue, OLLAMA) is None)
            assert ids(await catalogue.models(within=0)) == [GRANITES]

    asyncio.run(ask())
