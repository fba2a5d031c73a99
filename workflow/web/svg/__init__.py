"""The picture of a chain as SVG."""
