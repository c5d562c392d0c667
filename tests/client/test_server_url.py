"""Which addresses the client accepts, and which of them are this machine itself."""

import pytest

from ss_admin.client.errors import InvalidServerUrl, PlainHttpRefused
from ss_admin.client.server_url import parse_server_url


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("https://keys.example.com", "https://keys.example.com"),
        ("  https://keys.example.com/  ", "https://keys.example.com"),
        ("keys.example.com", "https://keys.example.com"),
        ("keys.example.com:8443/admin/", "https://keys.example.com:8443/admin"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("HTTPS://Keys.Example.COM", "https://keys.example.com"),
    ],
)
def test_an_address_is_made_canonical(typed, canonical):
    assert parse_server_url(typed).text == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://keys.example.com",
        "file:///etc/passwd",
        "https://keys.example.com:99999",
        "https://keys.example.com:port",
        "https://[::1",
        "https://two words",
        "https://name:password@keys.example.com",
        "https://keys.example.com?a=b",
        "https://keys.example.com#part",
        "https://trusted.example\\.evil.example",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(typed):
    with pytest.raises(InvalidServerUrl):
        parse_server_url(typed)


@pytest.mark.parametrize("typed", ["https://name:hunter2secret@keys.example.com", "https://name:hunter2secret"])
def test_a_refused_address_does_not_show_the_password_in_it(typed):
    with pytest.raises(InvalidServerUrl) as caught:
        parse_server_url(typed)
    assert "hunter2secret" not in f"{caught.value!r}{caught.value.__cause__!r}"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "[::1]", "localhost", "LOCALHOST"])
def test_plain_http_is_accepted_on_loopback(host):
    server = parse_server_url(f"http://{host}:8080")
    assert server.is_loopback


@pytest.mark.parametrize(
    "host",
    [
        "keys.example.com",
        "10.0.0.1",
        "0.0.0.0",
        "128.0.0.1",
        "127.1",
        "2130706433",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::ffff:10.0.0.1]",
        "[::]",
    ],
)
def test_plain_http_to_another_machine_is_refused_unless_allowed(host):
    with pytest.raises(PlainHttpRefused):
        parse_server_url(f"http://{host}:8080")
    assert not parse_server_url(f"http://{host}:8080", allow_plain_http=True).is_loopback
