"""Acts that run at the same moment."""

import threading

from workflow.domain.errors import SakuteiError


def together(*acts: object) -> list[object]:
    """Run the acts at the same moment; what each returned or raised."""
    gate = threading.Barrier(len(acts))
    found: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        gate.wait()
        try:
            found[number] = acts[number]()  # type: ignore[operator]
        except SakuteiError as error:
            found[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
