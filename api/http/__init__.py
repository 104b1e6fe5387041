"""HTTP: routes, what goes over the wire, who may come in.

No room below this one knows HTTP.
"""
