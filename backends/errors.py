"""Why a backend could not be used."""


class BackendError(Exception):
    """A backend refused, hung, or said what cannot be used.

    The message is short and for a person: no address, no raw answer of the backend.
    """
