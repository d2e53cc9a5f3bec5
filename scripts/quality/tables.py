"""Tables in Markdown."""
import statistics


def table(header, rows):
    """Returns a table and an empty line."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines) + "\n"


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
