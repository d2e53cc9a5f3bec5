"""The programs that are measured, and what is asked of them."""
import csv, dataclasses, json, math, pathlib, subprocess, tempfile


def run(*command):
    """Runs a command and returns what it prints; raises what it complains of."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")
    return done.stdout


@dataclasses.dataclass(frozen=True)
class Bench:
    """The programs, the logs in which nothing is hostile, and a folder for all that is made of them."""
    uba: str
    evidence: str
    log: str   # real
    calm: str  # generated
    folder: pathlib.Path

    def generate(self, name, *options):
        """Writes generated events and returns the file."""
        out = self.folder / f"{name}.csv.gz"
        run(self.uba, "generate", *options, "--out", out)
        return out

    def train(self, name, *options, logs=None):
        """Learns a model from logs and returns the file; one that is there is taken. No logs: those of the shipped."""
        out = self.folder / f"{name}.json"
        if not out.exists():
            run(self.uba, "train", "--data", *(logs or (self.log, self.calm)), "--output", out, *options)
        return out

    def evaluate(self, labels, model=None, *options):
        """Returns what `uba evaluate` says of a labelled log."""
        return json.loads(run(self.uba, "evaluate", "--labels", labels, "--json", *chosen(model), *options))

    def score(self, log, out, model=None):
        """Writes what is said of each event, by the shipped model where none is named."""
        run(self.uba, "score", "--input", log, "--output", out, *chosen(model))

    def explain(self, log, out):
        """Writes what is said of each event as NDJSON, with an explanation of each anomaly."""
        run(self.uba, "score", "--input", log, "--output", out, "--explain")

    def rarities(self, log, model=None):
        """Yields the user, day (UTC) and rarity of each event; a rarity of 2 is reached in 1 of 10^2 user-days.

        The order is that of the log. Rarities order events as the scores do.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            rows = f"{folder}/rows.csv"
            self.score(log, rows, model)
            with open(rows, newline="") as source:
                reader = csv.reader(source)
                header = next(reader)
                user, time, p_value = map(header.index, ("user_id", "timestamp", "p_value"))
                for row in reader:
                    yield row[user], row[time][:10], -math.log10(float(row[p_value]))


def chosen(model):
    return ("--model", model) if model else ()
