import json
import subprocess

from ss_admin.desktop.api_keys.curl_example import curl_example, first_callable_chain
from tests.support.sample_keys import SampleRuleChains, sample_chain


def test_a_shell_sends_the_sample_payload_and_the_key_from_the_environment() -> None:
    chain = sample_chain()
    script = f'curl() {{ printf "%s\\0" "$@"; }}\nSS_API_KEY=from-the-safe\n{curl_example(chain)}'
    sent = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")
    assert sent[:3] == ["-X", "POST", chain.endpoint_url]
    assert "x-api-key: from-the-safe" in sent
    assert json.loads(sent[sent.index("-d") + 1]) == chain.sample_payload


def test_the_example_holds_a_placeholder_and_never_a_key() -> None:
    text = curl_example(sample_chain())
    assert '"x-api-key: $SS_API_KEY"' in text
    assert "ss_" not in text


def test_the_first_chain_that_partners_can_call_is_taken() -> None:
    closed = sample_chain("Closed", is_external=False)
    off = sample_chain("Off", enabled=False)
    right = sample_chain("Right")
    assert first_callable_chain(SampleRuleChains(closed, off, right)) is right
    assert first_callable_chain(SampleRuleChains(closed, off)) is None
