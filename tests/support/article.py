"""The requests of the product's help article, word for word."""

import json
from typing import Any

SAMPLE_KEY = "ss_VFtSOB1zoVnqIdBcLMUnLEfz1fPrYfzFDKBMaRx"

SAMPLE_BODY = b"""{
"_building": {
"label": "Central Academy",
"value": "007588f8-0709-45a8-b06e-23e1fac5606e"
},
"_priority": "Minor",
"_description": "Building alarm - temperature anomaly detected on the ground floor.",
"_problem_type": {
"label": "TEMPERATURE",
"value": "28e4e941-71f5-499c-977a-5005fafd28f9"
}
}"""

CURL_BODY = b"""{
"_building": {
"label": "Central Academy",
"value": "007588f8-0709-45a8-b06e-23e1fac5606e"
},
"_priority": "Minor",
"_description": "Building alarm - temperature anomaly detected."
}"""

SAMPLE_PAYLOAD: dict[str, Any] = json.loads(SAMPLE_BODY)
CURL_PAYLOAD: dict[str, Any] = json.loads(CURL_BODY)


def sample_request(rulechain_id: str, api_key: str) -> bytes:
    """The article's HTTP request: its header lines in their order, and the length that any client adds."""
    head = (
        f"POST /rulechains/{rulechain_id}/execute HTTP/1.1\r\n"
        "Host: api.partners.signalsync.cloud\r\n"
        f"x-api-key: {api_key}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(SAMPLE_BODY)}\r\n"
        "\r\n"
    )
    return head.encode("ascii") + SAMPLE_BODY
