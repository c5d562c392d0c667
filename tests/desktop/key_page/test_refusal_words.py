from ss_admin.contract.problems import ProblemCode
from ss_admin.desktop.key_page.refusal_words import refusals_in_words


def test_what_went_wrong_most_comes_first_and_what_went_well_is_left_out() -> None:
    codes = {"succeeded": 900, "expired_api_key": 2, "rate_limited": 1_300, "permission_denied": 0}
    words = refusals_in_words(codes)
    assert words == "Why calls went wrong: 1,300 × over the rate limit, 2 × the key had expired."
    assert refusals_in_words({"succeeded": 5}) == ""


def test_every_code_has_words_also_one_of_a_newer_server() -> None:
    for code in ProblemCode:
        assert "_" not in refusals_in_words({code.value: 1})
    assert refusals_in_words({"teapot_found": 1}) == "Why calls went wrong: 1 × teapot found."
