"""Opens a spreadsheet in a program of its own, which may die of it: `python probe.py <file> <sheet>`.

A file of one kilobyte with two cells far apart asks for half a terabyte, and the reader then aborts the program that it
runs in. So this file imports nothing of ours: it starts quickly, and is given no more memory than a very long table needs.
It ends with 0 when all is well, with `REFUSED` when the reader says so in the ordinary way, with anything else when it died.
"""

import resource
import sys

MEMORY = 2 * 1024**3  # bytes of address space
REFUSED = 3


def main() -> int:
    """Read the sheet that the arguments name, the first one without a name, as `table` will."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- below the limit

    try:
        book = CalamineWorkbook.from_path(sys.argv[1])
        for _line in book.get_sheet_by_name(sys.argv[2] or book.sheet_names[0]).iter_rows():
            break
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- whatever it is, the reader lives and says it again
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
