"""The benchmark judges fairly and stays on this machine."""

import pytest

from bench import load, registering
from bench.report import Figure, table


def test_traffic_goes_to_this_machine_only():
    for address in ("http://example.org/", "http://192.0.2.1/", "http://localhost.example.org/"):
        with pytest.raises(ValueError):
            load.hit(address, seconds=1)


def test_a_figure_with_a_floor_is_judged_by_its_ratio():
    assert Figure("list", 450, floor=1000, at_least=0.45).met is True
    assert Figure("list", 449, floor=1000, at_least=0.45).met is False
    assert Figure("p50", 14, floor=10, at_most=1.3).met is False


def test_a_figure_without_a_floor_is_judged_by_itself_and_one_without_a_target_not_at_all():
    assert Figure("memory", 199, at_most=200).met is True
    assert Figure("letters", 1, floor=1000).met is None


def test_the_table_shouts_what_was_missed():
    lines = table([Figure("a", 1, at_most=2), Figure("b", 3, at_most=2)]).splitlines()
    assert " yes" in lines[2]
    assert " NO" in lines[3]


def test_a_form_is_filled_in_as_a_browser_would():
    form = registering.read_form(
        """
        <form action="/haku"><input type="email" name="not_this"></form>
        <form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="t">
        <input type="text" name="name" required><input type="email" name="email" required>
        <input type="text" name="phone"><textarea name="wishes"></textarea>
        <input type="checkbox" name="agreed" required><input type="checkbox" name="news">
        <select name="language"><option value="fi">fi</option><option value="sv" selected>sv</option></select>
        <button type="submit" name="send" value="1">Send</button></form>
        """
    )
    assert form["email"] == ["email"]
    assert form["fields"] == {
        "csrfmiddlewaretoken": "t",
        "name": "Mitta Mallikas",
        "email": "",
        "phone": "",
        "wishes": "",
        "agreed": "on",
        "language": "sv",
    }


def test_two_sizes_are_compared_round_by_round_not_by_their_medians():
    # A busy neighbour slowed three rounds of both: the medians (40 and 10) would say four times as slow.
    small, big = {"rounds": [10, 10, 10, 40, 40]}, {"rounds": [11, 11, 40, 44, 44]}
    assert load.median_ratio(big, small)["median"] == pytest.approx(1.1)


def test_of_pairs_the_middle_half_is_told():
    small, big = {"rounds": [10] * 8}, {"rounds": [5, 10, 11, 12, 13, 14, 15, 90]}
    spread = load.median_ratio(big, small)
    assert (spread["median"], spread["low"], spread["high"]) == pytest.approx((1.25, 1.1, 1.4))


def test_a_ratio_of_pairs_is_what_is_judged():
    assert Figure("p50", 30, floor=10, at_most=1.3, paired=1.1).met is True
    assert Figure("p50", 12, floor=10, at_most=1.3, paired=1.4).met is False
