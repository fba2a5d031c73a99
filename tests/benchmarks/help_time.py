"""`sakutei --help`, from the shell's call to its end."""

import statistics
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    times = []
    command = [str(Path(sys.executable).parent / "sakutei"), "--help"]
    for _ in range(20):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    print(f"sakutei --help: {statistics.median(times):.3f} s (target ≤ 0.3 s)")


if __name__ == "__main__":
    main()
