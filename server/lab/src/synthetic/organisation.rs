//! The people of a made-up organisation: their jobs, working hours, contexts of access, and the attacks on them.

use std::{net::Ipv4Addr, ops::Range};

use rand::{Rng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::UserId;

use super::{
    access::{AccessContext, Client, Route, SERVICE, desktop, handheld, script},
    cities::{self, City, OFFICES, VPN_CITY, address, elsewhere, hosted},
    departments::{DEPARTMENTS, ENGINEERING, Role},
    life::Life,
    plan::OrganisationPlan,
    planned_attack::{AttackKind, PlannedAttack, strengths},
    random::{weighted_index, whole},
    resources::WorkingSet,
};

/// One service account among this many users.
const USERS_PER_SERVICE: u32 = 25;
/// The first part of the days, as a share, in which there is no attack.
const ATTACK_FREE_SHARE: f64 = 0.6;
/// The age in days at which an account may be attacked.
const MIN_ACCOUNT_DAYS: u32 = 6;

/// A made-up organisation.
pub(super) struct Organisation {
    pub(super) people: Vec<Person>,
    /// Days on which nobody works.
    pub(super) holidays: Vec<u32>,
    /// Days on which a department moves its files, with the department.
    pub(super) migrations: Vec<(u32, usize)>,
    /// The context from which the passwords of many users are sprayed.
    pub(super) spray: AccessContext,
}

/// A person with an account, or a service account.
pub(super) struct Person {
    pub(super) number: u32,
    pub(super) user: UserId,
    /// Index in [`OFFICES`].
    pub(super) office: usize,
    /// The first job, and the next one with its first day.
    jobs: (JobRole, Option<(u32, JobRole)>),
    pub(super) hours: WorkingHours,
    habits: AccessHabits,
    /// The days on which the account may be in use.
    pub(super) employed: Range<u32>,
    /// What changes in the person's circumstances.
    pub(super) life: Life,
    /// The attack on the account.
    pub(super) planned_attack: Option<PlannedAttack>,
}

/// A job: department, role, and the resources that belong to it.
pub(super) struct JobRole {
    /// Index in [`DEPARTMENTS`].
    pub(super) department: usize,
    pub(super) role: Role,
    pub(super) working_set: WorkingSet,
}

/// When and how much a person works.
pub(super) struct WorkingHours {
    /// The local hour at which work begins.
    pub(super) begins: f64,
    /// The probability of work on a weekday.
    pub(super) workday: f64,
    /// The probability of work on a day of the weekend.
    pub(super) weekend: f64,
    /// The mean number of sessions a day.
    pub(super) sessions: f64,
    /// The median number of acts a session.
    pub(super) acts: f64,
    /// The share of sessions late in the evening.
    pub(super) late: f64,
}

/// The contexts of a person's accesses, with the share of the sessions of each.
struct AccessHabits {
    office: f64,
    vpn: f64,
    private_vpn: f64,
    mobile: f64,
    scripted: f64,
    desktops: [Client; 2],
    handheld: Client,
    /// The city in which the person lives, if it is not that of the office.
    remote: Option<City>,
    /// The first address at home.
    home: Ipv4Addr,
    /// Days for which the carrier leaves the address at home unchanged.
    lease: u32,
}

impl Organisation {
    pub(super) fn new(plan: &OrganisationPlan) -> Self {
        let mut rng = plan.random_stream(0);
        let day = |rng: &mut ChaCha8Rng| rng.random_range(0..plan.days.max(1));
        let holidays = (0..plan.days / 45).map(|_| day(&mut rng)).collect();
        let migration = |rng: &mut ChaCha8Rng| (day(rng), rng.random_range(0..DEPARTMENTS.len()));
        let migrations = (0..plan.days / 12).map(|_| migration(&mut rng)).collect();
        let spray =
            AccessContext { address: hosted(&mut rng), city: elsewhere(&mut rng).name, client: script(&mut rng) };
        let mut people: Vec<Person> = (0..plan.users).map(|number| person(number, plan, &mut rng)).collect();
        plan_attacks(&mut people, plan, &mut rng);
        Self { people, holidays, migrations, spray }
    }
}

/// Plans attacks on people chosen at random, at most one on each.
fn plan_attacks(people: &mut [Person], plan: &OrganisationPlan, rng: &mut ChaCha8Rng) {
    let first = first_attackable_day(plan);
    let spray_day = rng.random_range(first..plan.days.max(first + 1));
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.shuffle(rng);
    let attacks = plan.rate * f64::from(plan.users) * f64::from(plan.days) / 100.0;
    let kinds = plan.attacks.iter().copied().cycle().take(whole(attacks.round()) as usize);
    for (kind, strength) in kinds.zip(strengths(rng)) {
        let dormant_days = if kind == AttackKind::DormantRevival { rng.random_range(dormancy(plan)) } else { 0 };
        let days = |person: &Person| person.attackable_days(dormant_days, plan);
        let Some(found) = order.iter().rposition(|place| !days(&people[*place]).is_empty()) else { continue };
        let person = &mut people[order.swap_remove(found)];
        let days = days(person);
        let day = rng.random_range(days.clone());
        let spray_day = if days.contains(&spray_day) { spray_day } else { day };
        person.planned_attack = Some(PlannedAttack { kind, day, strength, spray_day });
        if dormant_days > 0 {
            person.employed.end = day - dormant_days;
        }
    }
}

/// Returns the day from which on accounts are attacked.
fn first_attackable_day(plan: &OrganisationPlan) -> u32 {
    whole(f64::from(plan.days) * ATTACK_FREE_SHARE)
}

/// Returns the possible numbers of unused days before a dormant account is used again.
fn dormancy(plan: &OrganisationPlan) -> Range<u32> {
    let least = plan.days / 6 + 1;
    least..least.max(plan.days * 2 / 5) + 1
}

/// Draws the person of a number.
pub(super) fn person(number: u32, plan: &OrganisationPlan, rng: &mut ChaCha8Rng) -> Person {
    let is_service = number % USERS_PER_SERVICE == USERS_PER_SERVICE - 1;
    let office = weighted_index(OFFICES.map(|office| office.share), rng);
    let day = |share: f64| whole(share * f64::from(plan.days));
    let joined = if rng.random_bool(0.15) { day(rng.random_range(0.1..0.9)) } else { 0 };
    let left = if rng.random_bool(0.06) { joined + day(rng.random_range(0.3..0.9)) } else { u32::MAX };
    let first = job(is_service, rng);
    let habits = habits(&first, office, rng);
    let changes_job = !is_service && rng.random_bool(0.06);
    let next = changes_job.then(|| (day(rng.random_range(0.3..0.95)), job(false, rng)));
    let prefix = if is_service { "svc" } else { "u" };
    Person {
        number,
        user: format!("{prefix}{number:04}").parse().expect("letters and digits are an id"),
        office,
        hours: hours(rng),
        habits,
        jobs: (first, next),
        employed: joined..left,
        life: Life::default(),
        planned_attack: None,
    }
}

fn job(is_service: bool, rng: &mut ChaCha8Rng) -> JobRole {
    let department =
        if is_service { ENGINEERING } else { weighted_index(DEPARTMENTS.map(|department| department.share), rng) };
    let role = match rng.random_range(0..100) {
        _ if is_service => Role::Service,
        0..14 => Role::Lead,
        14..20 => Role::Admin,
        _ => Role::Member,
    };
    JobRole { department, role, working_set: WorkingSet::new(department, rng) }
}

/// Draws a job in another department.
pub(super) fn another_job(department: usize, rng: &mut ChaCha8Rng) -> JobRole {
    loop {
        let next = job(false, rng);
        if next.department != department {
            return next;
        }
    }
}

fn hours(rng: &mut ChaCha8Rng) -> WorkingHours {
    let works_late = rng.random_bool(0.1);
    let is_part_time = rng.random_bool(0.12);
    let works_weekends = rng.random_bool(0.15);
    WorkingHours {
        begins: rng.random_range(6.5..10.0) + if works_late { rng.random_range(3.0..10.0) } else { 0.0 },
        workday: rng.random_range(0.75..0.97) * if is_part_time { 0.6 } else { 1.0 },
        weekend: if works_weekends { rng.random_range(0.1..0.5) } else { 0.03 },
        sessions: rng.random_range(1.2..3.2),
        acts: rng.random_range(4.0..12.0),
        late: if rng.random_bool(0.3) { rng.random_range(0.05..0.25) } else { 0.03 },
    }
}

fn habits(job: &JobRole, office: usize, rng: &mut ChaCha8Rng) -> AccessHabits {
    let mut sometimes = |chance: f64, shares: Range<f64>| {
        let share = rng.random_range(shares);
        if rng.random_bool(chance) { share } else { 0.005 }
    };
    let (vpn, private_vpn, mobile) =
        (sometimes(0.35, 0.05..0.5), sometimes(0.12, 0.02..0.3), sometimes(0.7, 0.05..0.4));
    let is_technical = DEPARTMENTS[job.department].is_technical;
    let scripted = if is_technical { sometimes(0.5, 0.02..0.25) } else { 0.0 };
    let remote = rng.random_bool(0.02).then(|| elsewhere(rng));
    let carrier = remote.map_or(OFFICES[office].carrier, |city| city.carrier);
    let first = desktop(rng);
    AccessHabits {
        office: if remote.is_some() { 0.0 } else { rng.random_range(0.1..0.95) },
        vpn,
        private_vpn,
        mobile,
        scripted,
        desktops: [first, if rng.random_bool(0.25) { desktop(rng) } else { first }],
        handheld: handheld(rng),
        remote,
        home: address(carrier, rng),
        lease: if rng.random_bool(0.6) { rng.random_range(1..8) } else { u32::MAX },
    }
}

impl Person {
    /// Returns the person's job on a day.
    pub(super) fn job(&self, day: u32) -> &JobRole {
        self.job_and_beginning(day).1
    }

    /// Returns the projects and favourite resources on a day.
    pub(super) fn working_set(&self, day: u32) -> &WorkingSet {
        let (from, job) = self.job_and_beginning(day);
        let later = self.life.projects(day).filter(|(later, _)| *later >= from);
        later.map_or(&job.working_set, |(_, projects)| projects)
    }

    /// Returns the person's job on a day, and the day on which it began.
    fn job_and_beginning(&self, day: u32) -> (u32, &JobRole) {
        let planned = match &self.jobs {
            (_, Some((from, next))) if *from <= day => (*from, next),
            (first, _) => (0, first),
        };
        self.life.job(day).filter(|(from, _)| *from >= planned.0).unwrap_or(planned)
    }

    /// Returns the days on which the account may be attacked, after it was unused for some days.
    pub(super) fn attackable_days(&self, dormant_days: u32, plan: &OrganisationPlan) -> Range<u32> {
        let old_enough = self.employed.start.saturating_add(MIN_ACCOUNT_DAYS + dormant_days);
        first_attackable_day(plan).max(old_enough)..self.employed.end.min(plan.days)
    }

    /// Returns the city in which the person lives, if it is not that of the office.
    pub(super) fn lives_elsewhere(&self) -> Option<City> {
        self.habits.remote
    }

    pub(super) fn is_service(&self) -> bool {
        self.jobs.0.role == Role::Service
    }

    /// Draws the route and the context of a session; `trip` is the city that the person has travelled to.
    pub(super) fn access_context(&self, day: u32, trip: Option<City>, rng: &mut ChaCha8Rng) -> (Route, AccessContext) {
        let (office, habits) = (&OFFICES[self.office], &self.habits);
        let [first, second] = office.network;
        if self.is_service() {
            let address = Ipv4Addr::new(first, second, 250, 10);
            return (Route::Service, AccessContext { address, city: office.city, client: SERVICE });
        }
        let scripted = rng.random_bool(habits.scripted);
        let client = if scripted { script(rng) } else { habits.desktops[usize::from(rng.random_bool(0.2))] };
        if rng.random_bool(habits.vpn) {
            return (Route::Vpn, AccessContext { address: cities::vpn(rng), city: VPN_CITY, client });
        }
        let away = trip.or(habits.remote);
        let (city, carrier) = away.map_or((office.city, office.carrier), |city| (city.name, city.carrier));
        if rng.random_bool(habits.private_vpn) {
            let city = if rng.random_bool(0.3) { elsewhere(rng).name } else { city };
            return (Route::PrivateVpn, AccessContext { address: hosted(rng), city, client });
        }
        if rng.random_bool(habits.mobile) {
            let address = address(carrier, rng);
            return (Route::Mobile, AccessContext { address, city, client: habits.handheld });
        }
        let (route, address) = if trip.is_some() {
            (Route::Away, address(carrier, rng))
        } else if rng.random_bool(habits.office) {
            (Route::Office, Ipv4Addr::new(first, second, 16, 8 + self.number.to_le_bytes()[0] % 6))
        } else {
            (Route::Home, self.home_address(day))
        };
        (route, AccessContext { address, city, client })
    }

    /// Returns the address at home on a day; many carriers change it every few days.
    fn home_address(&self, day: u32) -> Ipv4Addr {
        let [first, second, third, last] = self.habits.home.octets();
        let [low, ..] = (day / self.habits.lease).to_le_bytes();
        Ipv4Addr::new(first, second, third.wrapping_add(low), last)
    }
}
