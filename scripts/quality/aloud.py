"""What is said of the rarest events of the log, to be read aloud."""
import heapq, json, tempfile

DAYS, SHOWN = 50, 5


def measure(bench):
    """Returns the rarest event of each of the log's fifty rarest user-days, the rarest first, each with its row."""
    rarest = {}
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        rows = f"{folder}/rows.ndjson"
        bench.explain(bench.log, rows)
        with open(rows) as lines:
            for row in map(json.loads, lines):
                day = row["user_id"], row["timestamp"][:10]
                if row["explanation"] and (day not in rarest or row["anomaly_score"] > rarest[day]["anomaly_score"]):
                    rarest[day] = row
    return heapq.nlargest(DAYS, rarest.values(), key=lambda row: row["anomaly_score"])


def section(events):
    shown = events[::DAYS // SHOWN][:SHOWN]
    return f"""
## Read aloud: what is said of the rarest events

Of the {len(events)} rarest user-days of the sample log, each by its rarest event, every tenth. The log is taken to be benign, so
these are the days that an analyst would look at first and close. Contributions are parts of the anomaly score.

""" + "\n".join(map(told, shown)) + "\n"


def told(row):
    shap = row["explanation"]["shap_explanation"]
    facts = "; ".join(f"{value['sentence']}: {value['contribution']:+.2f}" for value in shap["values"][:3])
    return (f"- `{row['user_id']}`, {row['timestamp']}, score {row['anomaly_score']:.3f} (usually {shap['base_value']:.3f}): "
            f"“{row['explanation']['text_explanation']}” ({facts})")
