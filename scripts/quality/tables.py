"""Tables in Markdown."""
import statistics


def table(header, rows):
    """Returns a table, its last line without an end."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def spread(values, sign=""):
    """Returns the mean of values and, where there are some, their standard deviation."""
    mean = f"{statistics.mean(values):{sign}.2f}"
    return f"{mean} ± {statistics.stdev(values):.2f}" if len(values) > 1 else mean


def percent(share, digits=2):
    """Returns a share in per cent."""
    return f"{100 * share:.{digits}f} %"


def listed(values):
    """Returns values with commas between them."""
    return ", ".join(map(str, values))
