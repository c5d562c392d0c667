import json
import subprocess

from ss_admin.desktop.curl_example import curl_example, first_callable_chain
from tests.support.sample_keys import SampleRuleChains, sample_chain


def test_a_shell_sends_the_sample_payload_and_the_key_from_the_environment_but_not_as_an_argument() -> None:
    chain = sample_chain()
    script = f'curl() {{ printf "%s\\0" "$@"; cat; }}\nSS_API_KEY=from-the-safe\n{curl_example(chain)}'
    sent = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")
    *arguments, header_file = sent
    assert arguments[:4] == ["-sS", "-X", "POST", chain.endpoint_url]
    assert arguments[4:8] == ["-H", "@-", "-H", "Content-Type: application/json"]
    assert json.loads(arguments[arguments.index("-d") + 1]) == chain.sample_payload
    assert header_file == "x-api-key: from-the-safe"


def test_the_example_holds_a_placeholder_and_never_a_key() -> None:
    text = curl_example(sample_chain())
    assert '"$SS_API_KEY"' in text
    assert "ss_" not in text


def test_the_first_chain_that_partners_can_call_is_taken() -> None:
    closed = sample_chain("Closed", is_external=False)
    off = sample_chain("Off", enabled=False)
    right = sample_chain("Right")
    assert first_callable_chain(SampleRuleChains(closed, off, right)) is right
    assert first_callable_chain(SampleRuleChains(closed, off)) is None
