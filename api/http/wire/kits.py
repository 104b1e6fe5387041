"""Interview kits, as the API lists them. One kit is as in its file, with camelCase names."""

from pydantic import Field

from backends.kits.library import KitListing
from statemachine.session import Value


class KitOverview(Value):
    """A kit in the list of all. Candidates see only `id`, `role` and `language`."""

    id: str
    role: str | None = Field(None, description="Absent if the kit's file is broken.")
    language: str | None = None
    seniority: str | None = None
    questions: int | None = Field(None, description="How many it has.")
    built_in: bool | None = Field(None, description="Whether it comes with the gateway.")
    version: str | None = Field(None, description="The SHA-256 of what is in the kit.")
    error: str | None = Field(None, description="What is wrong with the kit's file, a line each.")

    @classmethod
    def of(cls, listing: KitListing, *, is_staff: bool) -> "KitOverview":
        kit = listing.kit
        if kit is None:
            return cls(id=listing.id, built_in=listing.built_in, error=str(listing.broken))
        if not is_staff:
            return cls(id=listing.id, role=kit.role, language=kit.language)
        return cls(
            id=listing.id,
            role=kit.role,
            language=kit.language,
            seniority=kit.seniority,
            questions=len(kit.questions),
            built_in=listing.built_in,
            version=kit.version,
        )


class KitsReply(Value):
    kits: list[KitOverview]
    has_folder: bool = Field(description="Whether KITS is set, so that kits can be written.")
