from ss_admin.desktop.widgets.paged.page_cache import MAX_PAGES, PAGE_ROWS, PageCache, pages_of_rows
from tests.support.sample_keys import sample_key


def page(number: int, rows: int = PAGE_ROWS) -> list:
    return [sample_key(number * PAGE_ROWS + place) for place in range(rows)]


def test_rows_are_found_on_their_page_and_nowhere_else() -> None:
    cache = PageCache()
    cache.put(3, page(3), "300")
    assert cache.row(300).id == "key-300"
    assert cache.row(399).id == "key-399"
    assert cache.row(299) is None
    assert cache.row(400) is None
    assert cache.find("key-321") == 321
    assert cache.find("key-1") is None


def test_the_pages_longest_out_of_view_go_first() -> None:
    cache = PageCache()
    for number in range(MAX_PAGES):
        cache.put(number, page(number, 1), None)
    cache.touch([0])
    cache.put(MAX_PAGES, page(MAX_PAGES, 1), None)
    assert len(cache) == MAX_PAGES
    assert not cache.needs(0)
    assert cache.needs(1)


def test_a_stale_page_is_shown_until_it_is_fetched_again_and_lends_no_cursor() -> None:
    cache = PageCache()
    cache.put(0, page(0), "100")
    cache.put(1, page(1), "200")
    assert cache.cursor_before(1) == "100"
    cache.mark_stale(but=[1])
    assert cache.row(5).id == "key-5"
    assert cache.needs(0)
    assert not cache.needs(1)
    assert cache.cursor_before(1) is None
    assert cache.cursor_before(2) == "200"


def test_rows_past_the_end_are_forgotten() -> None:
    cache = PageCache()
    for number in range(3):
        cache.put(number, page(number), str(number))
    cache.cut(150)
    assert cache.row(149).id == "key-149"
    assert cache.row(150) is None
    assert cache.needs(2)


def test_a_key_takes_its_new_state_in_place() -> None:
    cache = PageCache()
    cache.put(0, page(0), None)
    assert cache.replace(sample_key(4, name="Renamed")) == 4
    assert cache.row(4).name == "Renamed"
    assert cache.replace(sample_key(400)) is None


def test_the_pages_of_a_range_of_rows_stay_inside_the_list() -> None:
    assert list(pages_of_rows(0, 20, 250)) == [0]
    assert list(pages_of_rows(95, 120, 250)) == [0, 1]
    assert list(pages_of_rows(-25, 900, 250)) == [0, 1, 2]
    assert list(pages_of_rows(0, -1, 250)) == []
    assert list(pages_of_rows(0, 20, 0)) == []
