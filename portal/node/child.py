"""A management command as a part of the process group: `python -m portal.node.child sequencer`."""

import os
import sys

from portal.node.lifeline import end_with_parent
from portal.node.postgres import hold_database


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    end_with_parent()
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the lifeline

    with hold_database():
        execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
