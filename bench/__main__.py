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
    from bench.world import Bench, world

    if not settings.LOCAL:
        print(
            "The benchmarks make and drop a database: they run on the embedded one only. Unset DATABASE_URL."
        )
        return 2
    parts: dict[str, Callable[[Bench], Iterable[Figure]]] = {
        "appends": appends.figures,
        "verification": verification.figures,
        "decisions": lambda _: decisions.figures(),
        "replay": lambda _: replay.figures(),
        "imports": imports.figures,
        "reads": reads.figures,
        "pages": pages.figures,
        "long_log": long_log.figures,
        "many_records": many_records.figures,
    }
    wanted = sys.argv[1:] or [name for name in parts if name not in LONG]
    found: list[Figure] = []
    for number, name in enumerate(wanted, 1):
        print(f"[{number}/{len(wanted)}] {name} ...", file=sys.stderr, flush=True)
        started = time.perf_counter()
        with world() as bench:  # a new one for each part: none finds what another left
            found += parts[name](bench)
        print(f"      {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    target = settings.VAR_DIR / ("bench.json" if wanted[0] not in LONG else "bench-large.json")
    write(found, target)
    print(show(found))
    print(f"\nWritten to {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
