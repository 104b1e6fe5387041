"""Which roles an interview can be for: those that there is a kit for."""

from collections.abc import Callable, Sequence

from api.usecases.errors import UnknownRole


class KitChoice:
    """Chooses among the kits. `roles` gives the roles of all kits."""

    def __init__(self, roles: Callable[[], Sequence[str]]) -> None:
        self._roles = roles

    async def check_role(self, role: str, field: str) -> None:
        """Raises UnknownRole, which names `field`, where no kit is for the role."""
        known = self._roles()
        if role not in known:
            raise UnknownRole(field, known)
