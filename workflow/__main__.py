"""`python3 -m workflow …` is `sakutei …`, from a fresh copy and with nothing installed."""

from workflow import environment

if __name__ == "__main__":
    environment.enter("workflow", "constraints.txt")

    from workflow.cli import main

    main()
