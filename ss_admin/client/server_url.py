"""The server's address: what is accepted as one, and what counts as this machine itself."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from ss_admin.client.errors import InvalidServerUrl, PlainHttpRefused

__all__ = ["ServerUrl", "parse_server_url"]


@dataclass(frozen=True)
class ServerUrl:
    """An address that requests can be sent to: `text` without a slash at its end."""

    text: str
    is_loopback: bool


def parse_server_url(text: str, *, allow_plain_http: bool = False) -> ServerUrl:
    """`text` as typed by a person, checked and made canonical; a missing scheme means https.

    Raises `InvalidServerUrl`, and `PlainHttpRefused` for http to another machine unless it is allowed.
    """
    text = text.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        # The cause would quote what was typed, and that may be a password at a wrong place.
        raise InvalidServerUrl("This is not an address of a server.") from None
    if parts.scheme not in {"http", "https"} or not _is_host(host):
        raise InvalidServerUrl("An address of a server looks like https://keys.example.com.")
    if parts.username is not None or parts.password is not None:
        raise InvalidServerUrl("The address must not contain a user name or password.")
    if parts.query or parts.fragment:
        raise InvalidServerUrl("The address must end before “?” and “#”.")
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not is_loopback and not allow_plain_http:
        raise PlainHttpRefused(f"{host} would be reached over plain http, readable for anyone on the way.")
    netloc = f"[{host}]" if ":" in host else host
    netloc = netloc if port is None else f"{netloc}:{port}"
    return ServerUrl(f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}", is_loopback)


def _is_host(host: str) -> bool:
    return bool(host) and not any(character.isspace() or character in "\\%<>\"'`{}|^" for character in host)


def _is_loopback(host: str) -> bool:
    """127.0.0.0/8, ::1 and localhost; spellings that only some resolvers know (`127.1`) do not count."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
