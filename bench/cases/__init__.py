"""The benchmarks, one file each; `CASES` in `bench.__main__` names them."""
