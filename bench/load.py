"""Load by wrk on 127.0.0.1, in alternating rounds so that a noisy minute strikes all alike."""

import json
import statistics
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
CONNECTIONS = 8


def hit(url, *, seconds, cookie="", connections=CONNECTIONS):
    """One round of wrk: {"requests", "seconds", "p50", "p95", "p99" (ms), "errors"}.

    An address that ends in ``#anew`` gets another query string each time.
    """
    url, _, anew = url.partition("#")
    if urlsplit(url).hostname != "127.0.0.1":
        raise ValueError("The benchmark sends traffic to this machine only.")
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / ("anew.lua" if anew else "wrk.lua"))]
    if cookie:
        words += ["-H", f"Cookie: {cookie}"]
    answer = subprocess.run(
        [*words, url], capture_output=True, text=True, timeout=seconds + 30, check=True, cwd=HERE.parent
    ).stdout
    return json.loads(answer.rsplit("JSON", 1)[1])


def alternate(targets, *, rounds, seconds):
    """Hit each of ``targets`` ({name: (url, cookie)}) in turn, ``rounds`` times over.

    Returns {name: {"rps", "p50", "p95", "errors", "ratio", "rounds"}}: the median of its rounds; errors are summed.
    ``ratio`` is the median of each round's requests per second to those of the first target in the same round, so
    that a neighbour's busy minute weighs on both sides of it; ``rounds`` are the rounds' p50, for ``median_ratio``.
    """
    for url, cookie in targets.values():
        hit(url, seconds=1, cookie=cookie)  # warm-up: templates, connections, caches
    seen = {name: [] for name in targets}
    for turn in range(rounds):
        # There and back again, so that no one always follows the same neighbour.
        names = list(targets) if turn % 2 == 0 else list(targets)[::-1]
        for name in names:
            url, cookie = targets[name]
            seen[name].append(hit(url, seconds=seconds, cookie=cookie))
    rate = {name: [one["requests"] / one["seconds"] for one in all_] for name, all_ in seen.items()}
    first = rate[next(iter(targets))]
    return {
        name: {
            "ratio": statistics.median(ours / floor for ours, floor in zip(rate[name], first, strict=True)),
            "rps": statistics.median(rate[name]),
            "p50": statistics.median(one["p50"] for one in all_),
            "p95": statistics.median(one["p95"] for one in all_),
            "errors": sum(one["errors"] for one in all_),
            "rounds": [one["p50"] for one in all_],
        }
        for name, all_ in seen.items()
    }


def median_ratio(ours, theirs):
    """The median of each round's p50 to the other's p50 a moment before or after: {"median", "low", "high"}.

    The ratio of two medians would set a calm minute of one beside a busy minute of the other.
    """
    pairs = zip(ours["rounds"], theirs["rounds"], strict=True)
    # On a machine that is busy otherwise, a round may pass without an answer: it tells nothing of either.
    ratios = sorted(one / other for one, other in pairs if one and other)
    quarter = len(ratios) // 4
    return {"median": statistics.median(ratios), "low": ratios[quarter], "high": ratios[-1 - quarter]}
