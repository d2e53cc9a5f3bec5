//! Who works there, where and when.

use std::{net::Ipv4Addr, ops::Range};

use rand::{Rng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::UserId;

use super::{
    Plan,
    attack::{Attack, Strike, strengths},
    departments::{DEPARTMENTS, ENGINEERING, Role},
    places::{self, City, OFFICES, VPN_CITY, address, elsewhere, hosted},
    random::{pick, whole},
    resources::Desktop,
    scene::{SERVICE, Scene, Tool, desk, handheld, script},
    stream,
};

/// One in so many users is a service account.
const SERVICES: u32 = 25;
/// The share of the days before the first attack.
const PEACE: f64 = 0.6;
/// An account is attacked only when it is so many days old.
const KNOWN_DAYS: u32 = 6;

/// Everybody, and what happens to all of them.
pub(super) struct Organisation {
    pub(super) people: Vec<Person>,
    /// Days on which nobody works.
    pub(super) holidays: Vec<u32>,
    /// Days on which a department moves its files.
    pub(super) migrations: Vec<(u32, usize)>,
    /// Where one person's passwords are tried among many others' on the same days.
    pub(super) spray: Scene,
}

/// Somebody with an account.
pub(super) struct Person {
    pub(super) number: u32,
    pub(super) user: UserId,
    pub(super) office: usize,
    /// What the person does, and from a day on does instead.
    posts: (Post, Option<(u32, Post)>),
    pub(super) hours: Hours,
    habits: Habits,
    /// The days on which the account is in use.
    pub(super) employed: Range<u32>,
    /// Who attacks the account, and when.
    pub(super) strike: Option<Strike>,
}

/// What somebody is and works on.
pub(super) struct Post {
    pub(super) department: usize,
    pub(super) role: Role,
    pub(super) desktop: Desktop,
}

/// When and how much somebody works.
pub(super) struct Hours {
    /// When work begins, in local hours.
    pub(super) begins: f64,
    /// How likely a weekday and a day of the weekend is worked on.
    pub(super) workday: f64,
    pub(super) weekend: f64,
    /// Sessions a day, and acts a session.
    pub(super) sessions: f64,
    pub(super) acts: f64,
    /// How often a session is late in the evening.
    pub(super) late: f64,
}

/// Where from and with what somebody works: shares of the sessions.
struct Habits {
    office: f64,
    vpn: f64,
    private_vpn: f64,
    mobile: f64,
    scripted: f64,
    desks: [Tool; 2],
    handheld: Tool,
    /// Where the person lives, if not near the office.
    remote: Option<City>,
    /// The address at home, and for how many days the carrier leaves it as it is.
    home: Ipv4Addr,
    lease: u32,
}

impl Organisation {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut rng = stream(plan.seed, 0);
        let day = |rng: &mut ChaCha8Rng| rng.random_range(0..plan.days.max(1));
        let holidays = (0..plan.days / 45).map(|_| day(&mut rng)).collect();
        let migration = |rng: &mut ChaCha8Rng| (day(rng), rng.random_range(0..DEPARTMENTS.len()));
        let migrations = (0..plan.days / 12).map(|_| migration(&mut rng)).collect();
        let spray = Scene { address: hosted(&mut rng), city: elsewhere(&mut rng).name, tool: script(&mut rng) };
        let mut people: Vec<Person> = (0..plan.users).map(|number| person(number, plan, &mut rng)).collect();
        strike(&mut people, plan, &mut rng);
        Self { people, holidays, migrations, spray }
    }
}

/// Chooses whom attackers attack, and when.
fn strike(people: &mut [Person], plan: &Plan, rng: &mut ChaCha8Rng) {
    let first = whole(f64::from(plan.days) * PEACE);
    let spray_day = rng.random_range(first..plan.days.max(first + 1));
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.shuffle(rng);
    let attacks = plan.rate * f64::from(plan.users) * f64::from(plan.days) / 100.0;
    let kinds = plan.attacks.iter().copied().cycle().take(whole(attacks.round()) as usize);
    for (kind, strength) in kinds.zip(strengths(rng)) {
        let sleeps = if kind == Attack::DormantRevival { rng.random_range(sleep(plan)) } else { 0 };
        let days = |person: &Person| {
            let known = person.employed.start + KNOWN_DAYS + sleeps;
            first.max(known)..person.employed.end.min(plan.days)
        };
        let Some(found) = order.iter().rposition(|place| !days(&people[*place]).is_empty()) else { continue };
        let person = &mut people[order.swap_remove(found)];
        let days = days(person);
        let day = rng.random_range(days.clone());
        let spray_day = if days.contains(&spray_day) { spray_day } else { day };
        person.strike = Some(Strike { kind, day, strength, spray_day });
        if sleeps > 0 {
            person.employed.end = day - sleeps;
        }
    }
}

/// How many days an account sleeps before it is revived.
fn sleep(plan: &Plan) -> Range<u32> {
    let least = plan.days / 6 + 1;
    least..least.max(plan.days * 2 / 5) + 1
}

fn person(number: u32, plan: &Plan, rng: &mut ChaCha8Rng) -> Person {
    let is_service = number % SERVICES == SERVICES - 1;
    let office = pick(OFFICES.map(|office| office.share), rng);
    let day = |share: f64| whole(share * f64::from(plan.days));
    let joined = if rng.random_bool(0.15) { day(rng.random_range(0.1..0.9)) } else { 0 };
    let left = if rng.random_bool(0.06) { joined + day(rng.random_range(0.3..0.9)) } else { u32::MAX };
    let post = post(is_service, rng);
    let habits = habits(&post, office, rng);
    let moves = !is_service && rng.random_bool(0.06);
    let next = moves.then(|| (day(rng.random_range(0.3..0.95)), self::post(false, rng)));
    let prefix = if is_service { "svc" } else { "u" };
    Person {
        number,
        user: format!("{prefix}{number:04}").parse().expect("letters and digits are an id"),
        office,
        hours: hours(rng),
        habits,
        posts: (post, next),
        employed: joined..left,
        strike: None,
    }
}

fn post(is_service: bool, rng: &mut ChaCha8Rng) -> Post {
    let department = if is_service { ENGINEERING } else { pick(DEPARTMENTS.map(|department| department.share), rng) };
    let role = match rng.random_range(0..100) {
        _ if is_service => Role::Service,
        0..14 => Role::Lead,
        14..20 => Role::Admin,
        _ => Role::Member,
    };
    Post { department, role, desktop: Desktop::new(department, rng) }
}

fn hours(rng: &mut ChaCha8Rng) -> Hours {
    let is_owl = rng.random_bool(0.1);
    let is_part_time = rng.random_bool(0.12);
    let works_weekends = rng.random_bool(0.15);
    Hours {
        begins: rng.random_range(6.5..10.0) + if is_owl { rng.random_range(3.0..10.0) } else { 0.0 },
        workday: rng.random_range(0.75..0.97) * if is_part_time { 0.6 } else { 1.0 },
        weekend: if works_weekends { rng.random_range(0.1..0.5) } else { 0.03 },
        sessions: rng.random_range(1.2..3.2),
        acts: rng.random_range(4.0..12.0),
        late: if rng.random_bool(0.3) { rng.random_range(0.05..0.25) } else { 0.03 },
    }
}

fn habits(post: &Post, office: usize, rng: &mut ChaCha8Rng) -> Habits {
    let mut sometimes = |chance: f64, shares: Range<f64>| {
        let share = rng.random_range(shares);
        if rng.random_bool(chance) { share } else { 0.005 }
    };
    let (vpn, private_vpn, mobile) =
        (sometimes(0.35, 0.05..0.5), sometimes(0.12, 0.02..0.3), sometimes(0.7, 0.05..0.4));
    let is_technical = DEPARTMENTS[post.department].is_technical;
    let scripted = if is_technical { sometimes(0.5, 0.02..0.25) } else { 0.0 };
    let remote = rng.random_bool(0.02).then(|| elsewhere(rng));
    let carrier = remote.map_or(OFFICES[office].carrier, |city| city.carrier);
    let first = desk(rng);
    Habits {
        office: if remote.is_some() { 0.0 } else { rng.random_range(0.1..0.95) },
        vpn,
        private_vpn,
        mobile,
        scripted,
        desks: [first, if rng.random_bool(0.25) { desk(rng) } else { first }],
        handheld: handheld(rng),
        remote,
        home: address(carrier, rng),
        lease: if rng.random_bool(0.6) { rng.random_range(1..8) } else { u32::MAX },
    }
}

impl Person {
    /// Returns what the person is and works on at a day.
    pub(super) fn post(&self, day: u32) -> &Post {
        match &self.posts {
            (_, Some((from, next))) if *from <= day => next,
            (first, _) => first,
        }
    }

    pub(super) fn is_service(&self) -> bool {
        self.posts.0.role == Role::Service
    }

    /// Returns where and with what the person works in a session; `trip` is the city they are in instead of at home.
    pub(super) fn scene(&self, day: u32, trip: Option<City>, rng: &mut ChaCha8Rng) -> Scene {
        let (office, habits) = (&OFFICES[self.office], &self.habits);
        let [first, second] = office.network;
        if self.is_service() {
            return Scene { address: Ipv4Addr::new(first, second, 250, 10), city: office.city, tool: SERVICE };
        }
        let scripted = rng.random_bool(habits.scripted);
        let desk = if scripted { script(rng) } else { habits.desks[usize::from(rng.random_bool(0.2))] };
        if rng.random_bool(habits.vpn) {
            return Scene { address: places::vpn(rng), city: VPN_CITY, tool: desk };
        }
        let away = trip.or(habits.remote);
        let (city, carrier) = away.map_or((office.city, office.carrier), |city| (city.name, city.carrier));
        if rng.random_bool(habits.private_vpn) {
            let city = if rng.random_bool(0.3) { elsewhere(rng).name } else { city };
            return Scene { address: hosted(rng), city, tool: desk };
        }
        if rng.random_bool(habits.mobile) {
            return Scene { address: address(carrier, rng), city, tool: habits.handheld };
        }
        let address = if trip.is_some() {
            address(carrier, rng)
        } else if rng.random_bool(habits.office) {
            Ipv4Addr::new(first, second, 16, 8 + self.number.to_le_bytes()[0] % 6)
        } else {
            self.home(day)
        };
        Scene { address, city, tool: desk }
    }

    /// Returns the address at home, which many carriers change every few days.
    fn home(&self, day: u32) -> Ipv4Addr {
        let [first, second, third, last] = self.habits.home.octets();
        let [low, ..] = (day / self.habits.lease).to_le_bytes();
        Ipv4Addr::new(first, second, third.wrapping_add(low), last)
    }
}
