#!/usr/bin/env python
"""The command line of an Assent node: `python manage.py help`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from portal.node.postgres import hold_database

    with hold_database():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
