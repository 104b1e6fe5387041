"""Errors of the commands. Each message is for a person and says what to do."""


class CommandError(Exception):
    """The base of what a command cannot do."""


class NotFound(CommandError):
    """No interview fits what was given, or more than one does."""


class NothingToShow(CommandError):
    """The client held no session at the version that was asked for."""


class GatewayRefused(CommandError):
    """The gateway that has the log open did not do what was asked of it."""
