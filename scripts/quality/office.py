"""A made-up office that shares no line with `uba generate`: other people, other rates, other attacks.

Few events: each of 400 people does one or two things that the log has on a working day. Attacks are small, and two of
them last for days: somebody downloads a little more than usual, or looks at what is no business of theirs.
"""
import csv, datetime, gzip, math, random, typing

USERS, WEEKS = 400, 11
DAYS = 7 * WEEKS
START = datetime.datetime(2025, 3, 3)
CITIES = ("Berlin", "Paris", "London", "Madrid", "Warsaw", "Toronto", "Chicago", "Singapore")
FAR = ("Lagos", "Moscow", "Sao Paulo", "Mumbai", "Sydney", "Bucharest", "Hanoi", "Johannesburg")
DEPARTMENTS = ("finance", "hr", "engineering", "sales", "legal", "support")
SENSITIVE = ("salaries", "contracts", "audit", "customers", "keys")
ORDINARY = ("q1", "q2", "q3", "plans", "reports", "notes")
ACTS, SHARES = ("login", "view", "download", "upload", "logout", "delete"), (25, 38, 18, 12, 4, 3)
# Attacks of each kind in the whole time.
ATTACKS = {"brute_force": 36, "impossible_travel": 40, "off_hours_admin": 36, "exfiltration": 26, "mass_deletion": 20,
           "slow_exfiltration": 24, "privilege_abuse": 36}
HEADER = ("event_id", "timestamp", "user_id", "action_type", "resource_id", "data_volume_mb", "ip_address", "location",
          "device_type", "outcome", "department", "role", "is_anomaly", "anomaly_type", "case")


class Person(typing.NamedTuple):
    """Somebody who works there."""
    user: str
    department: str
    role: str
    city: str
    office: str
    home: str
    device: str
    has_phone: bool
    begins: float    # hour
    acts: float      # on a working day
    megabytes: float # median
    works_at_night: bool
    folders: list
    trip: int | None # its first day


class Access(typing.NamedTuple):
    """From where somebody acts."""
    address: str
    city: str
    device: str


class Office:
    """The log of the office of a seed."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.rows = []
        self.people = [self.person(number) for number in range(USERS)]
        for number, person in enumerate(self.people):
            self.work(number, person)
        cases = [kind for kind, count in ATTACKS.items() for _ in range(count)]
        for number, kind in enumerate(cases):
            self.attack(kind, f"case-{number}")

    def write(self, file):
        """Writes the events in order of time."""
        end = START + datetime.timedelta(days=DAYS)
        rows = sorted((row for row in self.rows if START <= row[0] < end), key=lambda row: row[0])
        with gzip.open(file, "wt", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(HEADER)
            for number, (time, *row) in enumerate(rows):
                writer.writerow([f"o{number}", time.isoformat(timespec="milliseconds") + "Z", *row])

    def person(self, number):
        rng, department = self.rng, self.rng.choice(DEPARTMENTS)
        city = rng.randrange(len(CITIES))
        folders = [self.folder(department, ORDINARY) for _ in range(rng.randrange(4, 14))]
        if rng.random() < 0.25:
            folders += [self.folder(department, SENSITIVE) for _ in range(2)]
        return Person(
            f"u{number:03d}@office.example", department,
            "admin" if rng.random() < 0.06 else rng.choice(("analyst", "manager", "engineer")),
            CITIES[city], f"198.51.{100 + city}.{rng.randrange(1, 254)}",
            f"81.{20 + city}.{rng.randrange(256)}.{rng.randrange(1, 254)}", rng.choice(("desktop", "desktop", "web")),
            rng.random() < 0.3, rng.gauss(8.5, 0.8), max(0.6, rng.lognormvariate(math.log(1.55), 0.45)),
            rng.lognormvariate(math.log(6), 0.8), rng.random() < 0.06, folders,
            rng.randrange(70) if rng.random() < 0.2 else None)

    def folder(self, department, names):
        return f"{department}/{self.rng.choice(names)}/{self.rng.choice('abcdefgh')}{self.rng.randrange(6)}"

    def log(self, person, time, access, act, resource="", megabytes=None, is_success=True, attack=("", "")):
        volume = "" if megabytes is None else f"{megabytes:.2f}"
        outcome = "success" if is_success else "failure"
        self.rows.append((time, person.user, act, resource, volume, *access, outcome, person.department, person.role,
                          int(bool(attack[0])), *attack))

    def work(self, number, person):
        """Writes what a person does honestly."""
        rng = self.rng
        for day in range(DAYS):
            count = self.poisson(person.acts * (1.2 if day % 7 < 5 else 0.08))
            if not count:
                continue
            odd = 0.25 if person.works_at_night else 0.012
            hours = sorted(rng.uniform(-2, 6) if rng.random() < odd else self.hour(person) for _ in range(count))
            if rng.random() < 0.01: # much to do
                hours += [hours[-1] + 0.01 * place for place in range(1, rng.randrange(8, 25))]
            access = self.access(number, person, day)
            for hour in hours:
                self.honest_act(person, at(day, hour), access)

    def hour(self, person):
        return person.begins + abs(self.rng.gauss(4, 2.6))

    def poisson(self, mean):
        count, left, product = 0, math.exp(-mean), self.rng.random()
        while product > left:
            count, product = count + 1, product * self.rng.random()
        return count

    def access(self, number, person, day):
        rng = self.rng
        device = "mobile" if person.has_phone and rng.random() < 0.15 else person.device
        if person.trip is not None and person.trip <= day < person.trip + 5:
            return Access(f"94.{number % 200}.{day}.{rng.randrange(1, 254)}", FAR[number % len(FAR)], device)
        address = person.home if rng.random() < 0.35 else person.office
        if rng.random() < 0.03:
            address = f"5.62.{rng.randrange(256)}.{rng.randrange(1, 254)}"
        return Access(address, person.city, device)

    def honest_act(self, person, time, access):
        rng = self.rng
        is_admin = person.role == "admin" and rng.random() < 0.25
        act = "admin" if is_admin else rng.choices(ACTS, SHARES)[0]
        if act == "login":
            failures = min(6, 1 + int(rng.expovariate(1.2))) if rng.random() < 0.06 else 0
            for place in range(failures):
                before = (failures - place) * rng.randrange(5, 40)
                self.log(person, time - seconds(before), access, act, is_success=False)
            return self.log(person, time, access, act)
        resource = rng.choice(person.folders)
        if rng.random() < 0.04:
            resource = self.folder(person.department, (*ORDINARY, "archive"))
        if rng.random() < 0.01:
            resource = self.folder(rng.choice(DEPARTMENTS), ORDINARY)
        volume = None
        if act in ("download", "upload", "view"):
            volume = person.megabytes * rng.lognormvariate(0, 0.9)
        if act == "download" and rng.random() < 0.01:
            volume *= rng.uniform(5, 40)
        self.log(person, time, access, act, resource, volume, rng.random() > 0.015)

    def attack(self, kind, case):
        """Writes an attack of a kind on somebody, on some day after the first week."""
        rng = self.rng
        person = rng.choice([person for person in self.people if not person.works_at_night])
        act = lambda time, access, name, resource="", volume=None, is_success=True: self.log(
            person, time, access, name, resource, volume, is_success, (kind, case))
        day = rng.randrange(7, DAYS)
        getattr(self, kind)(person, day, act)

    def far(self):
        first = self.rng.choice((45, 103, 185, 197))
        address = ".".join(map(str, (first, *(self.rng.randrange(1, 254) for _ in range(3)))))
        return Access(address, self.rng.choice(FAR), self.rng.choice(("desktop", "cli")))

    def own(self, person):
        return Access(self.rng.choice((person.home, person.office)), person.city, person.device)

    def some_time(self, day):
        return at(day, self.rng.uniform(7, 20))

    def brute_force(self, person, day, act):
        rng, time, access = self.rng, self.some_time(day), self.far()
        for _ in range(rng.randrange(6, 22)):
            act(time, access, "login", is_success=False)
            time += seconds(rng.uniform(2, 60))
        for name in ("login", "view", "download") if rng.random() < 0.5 else ():
            act(time, access, name, rng.choice(person.folders), person.megabytes)
            time += seconds(rng.uniform(10, 200))

    def impossible_travel(self, person, day, act):
        rng, time, access = self.rng, self.some_time(day), self.far()
        self.log(person, time - seconds(rng.uniform(600, 5000)), self.own(person), "view", rng.choice(person.folders))
        for _ in range(rng.randrange(2, 7)):
            volume = person.megabytes * rng.lognormvariate(0.3, 0.9)
            act(time, access, rng.choice(("login", "view", "view", "download")), rng.choice(person.folders), volume)
            time += seconds(rng.uniform(20, 900))

    def off_hours_admin(self, person, day, act):
        rng, time = self.rng, at(day, self.rng.uniform(0.5, 4.5))
        for _ in range(rng.randrange(3, 9)):
            act(time, Access(person.home, person.city, person.device), "admin", rng.choice(person.folders))
            time += seconds(rng.uniform(20, 900))

    def exfiltration(self, person, day, act):
        rng, time, access = self.rng, self.some_time(day), self.own(person)
        for _ in range(rng.randrange(8, 30)):
            volume = person.megabytes * rng.lognormvariate(math.log(25), 0.7)
            act(time, access, "download", rng.choice(person.folders), volume)
            time += seconds(rng.uniform(5, 90))

    def mass_deletion(self, person, day, act):
        rng, time, access = self.rng, self.some_time(day), self.own(person)
        for _ in range(rng.randrange(12, 40)):
            act(time, access, "delete", self.folder(person.department, ORDINARY))
            time += seconds(rng.uniform(1, 30))

    def slow_exfiltration(self, person, day, act):
        rng = self.rng
        for later in range(day, day + rng.randrange(10, 24)):
            if later % 7 > 4 or rng.random() < 0.2:
                continue
            for _ in range(rng.randrange(1, 3)):
                is_usual = rng.random() < 0.6
                resource = rng.choice(person.folders) if is_usual else self.folder(person.department, SENSITIVE)
                volume = person.megabytes * rng.lognormvariate(math.log(2.2), 0.6)
                act(at(later, self.hour(person)), self.own(person), "download", resource, volume)

    def privilege_abuse(self, person, day, act):
        rng = self.rng
        for later in range(day, day + rng.randrange(1, 6)):
            for _ in range(rng.randrange(1, 4)):
                time, access = at(later, self.hour(person)), self.own(person)
                if rng.random() < 0.35:
                    act(time, access, "admin", rng.choice(person.folders))
                else:
                    resource = self.folder(rng.choice(DEPARTMENTS), SENSITIVE)
                    volume = person.megabytes * rng.lognormvariate(0, 0.8)
                    act(time, access, rng.choice(("view", "download")), resource, volume)


def at(day, hour):
    return START + datetime.timedelta(days=day, hours=hour)


def seconds(number):
    return datetime.timedelta(seconds=number)
