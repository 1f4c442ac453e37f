"""`python -m bench` measures everything that has a goal, in one run on one machine, and writes var/bench.json.

`python -m bench NAME...` measures only those parts; what takes long is measured only when it is named.

Figures are ratios or rates of this run: compare them with each other, never with another machine's.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"


LONG = {"long_log", "many_records"}


def main() -> int:
    import django

    django.setup()
    from django.conf import settings

    from bench import appends, decisions, imports, long_log, many_records, pages, reads, replay, verification
    from bench.figures import Figure, show, write
    from bench.world import world

    if not settings.LOCAL:
        print(
            "The benchmarks make and drop a database: they run on the embedded one only. Unset DATABASE_URL."
        )
        return 2
    found: list[Figure] = []
    with world() as bench:
        parts: dict[str, Callable[[], Iterable[Figure]]] = {
            "appends": lambda: appends.figures(bench),
            "verification": lambda: verification.figures(bench),
            "decisions": decisions.figures,
            "replay": replay.figures,
            "imports": lambda: imports.figures(bench),
            "reads": lambda: reads.figures(bench),
            "pages": lambda: pages.figures(bench),
            "long_log": lambda: long_log.figures(bench),
            "many_records": lambda: many_records.figures(bench),
        }
        wanted = sys.argv[1:] or [name for name in parts if name not in LONG]
        for number, name in enumerate(wanted, 1):
            measure = parts[name]
            print(f"[{number}/{len(wanted)}] {name} ...", file=sys.stderr, flush=True)
            started = time.perf_counter()
            found += measure()
            print(f"      {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    target = settings.VAR_DIR / ("bench.json" if wanted[0] not in LONG else "bench-large.json")
    write(found, target)
    print(show(found))
    print(f"\nWritten to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
