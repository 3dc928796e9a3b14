"""The arithmetic of results: {program: {who: seconds}}, of those who could run it."""

import math
import statistics


def geomean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def by_program(results, ours, theirs):
    """Our time divided by theirs, of the programs that both can run."""
    return {program: times[ours] / times[theirs] for program, times in results.items()
            if ours in times and theirs in times}


def ratios(results, ours, theirs):
    return list(by_program(results, ours, theirs).values())
