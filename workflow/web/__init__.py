"""The pages: server-rendered, over the same use cases and the same rights as the command line."""
