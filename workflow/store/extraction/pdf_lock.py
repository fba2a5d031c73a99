"""Say of one PDF, named on the command line, whether it asks for a password: in a process of its own, for it reads what
somebody sent."""

import json
import sys
from pathlib import Path

from workflow.store.extraction import pdf
from workflow.store.extraction.limits import limit_this_process


def main() -> None:
    limit_this_process()
    json.dump(pdf.is_locked(Path(sys.argv[1])), sys.stdout)


if __name__ == "__main__":
    main()
