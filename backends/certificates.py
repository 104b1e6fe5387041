"""Which certificates are trusted where a service's URL is https, and why one is not accepted.

Trusted are the certificates that the system trusts, and those in a file of one's own. A company's
CA is in one or the other, and never among those that a Python package brings.
"""

import ssl
import sys
from pathlib import Path

import certifi

from backends.errors import BackendError

SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/cert.pem",  # Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora 44 and later
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # BSD
)
"""Where systems keep the certificates that they trust. OpenSSL is asked first, but one that was
built elsewhere, as for many builds of Python, looks in places that are not there."""

# Of OpenSSL's x509_vfy.h.
NOT_YET_VALID, EXPIRED, WRONG_HOST, WRONG_ADDRESS = 9, 10, 62, 64
UNKNOWN_ISSUER = (2, 18, 19, 20, 21)

REFUSES_THE_GATEWAY = "HANDSHAKE_FAILURE", "BAD_CERTIFICATE", "ACCESS_DENIED", "UNKNOWN_CA"
"""What else a server's alert may be called that asked for a client's certificate and got none."""


def trusting(file: Path | None) -> ssl.SSLContext:
    """A context that trusts the system's certificates and those in `file`. It takes a tenth of a
    second to make. Raises BackendError where `file` cannot be read."""
    if sys.platform in ("darwin", "win32"):
        # Only truststore can read what these trust. Elsewhere it would read all certificates again
        # for each connection, and keep everybody waiting for 0.1 s.
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # As curl does: a server's own certificate in the file is as good as its CA's.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if file is not None:
        try:
            context.load_verify_locations(file)
        except (OSError, ssl.SSLError) as error:
            raise BackendError("SSL_CERT_FILE names no certificates that can be read") from error
    if sys.platform not in ("darwin", "win32"):
        _trust_the_system(context)
    return context


def _trust_the_system(context: ssl.SSLContext) -> None:
    # Not by `set_default_verify_paths`: where SSL_CERT_FILE is set, it leaves the system's out.
    paths = ssl.get_default_verify_paths()
    files = [path for path in (paths.openssl_cafile, *SYSTEM_FILES) if Path(path).is_file()]
    context.load_verify_locations(files[0] if files else certifi.where())
    for folder in {paths.capath, paths.openssl_capath} - {None}:
        context.load_verify_locations(capath=folder)


def reason(error: ssl.SSLError | ConnectionResetError) -> str:
    """Why there is no encrypted connection, for a person."""
    # asyncio tells an end within the handshake as a reset.
    if isinstance(error, ssl.SSLEOFError | ConnectionResetError):
        return (
            "It ended the connection in the TLS handshake; perhaps it does not speak https, or "
            "demands a client certificate, and the gateway has none"
        )
    alert = error.reason or ""
    if "CERTIFICATE_REQUIRED" in alert:
        return "It demands a client certificate, and the gateway has none"
    if "ALERT" in alert and alert.endswith(REFUSES_THE_GATEWAY):
        return (
            "It refuses the TLS connection; perhaps it demands a client certificate, and the "
            "gateway has none"
        )
    if not isinstance(error, ssl.SSLCertVerificationError):
        return "No encrypted connection; perhaps it does not speak https"
    code = error.verify_code
    if code in (WRONG_HOST, WRONG_ADDRESS):
        return "Its certificate is for another host name"
    if code == EXPIRED:
        return "Its certificate has expired"
    if code == NOT_YET_VALID:
        return "Its certificate is not valid yet; is this machine's clock right?"
    if code in UNKNOWN_ISSUER:
        return "Its certificate is not trusted; name its CA's file in SSL_CERT_FILE"
    return f"Its certificate is not accepted ({error.verify_message})"
