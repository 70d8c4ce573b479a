"""The experiment of BabaAhmadi et al., arXiv 2301.02735: run, tables, claims, doubts."""
