//! Situations of the whole organisation or of an office.

use rand::{
    Rng as _,
    seq::{IndexedRandom as _, IteratorRandom as _},
};
use rand_chacha::ChaCha8Rng;
use strum::VariantArray as _;

use super::{
    super::{
        cities::{City, EXITS, OFFICES, VPN_NETWORK, egress},
        organisation::{Person, another_job, person},
        plan::OrganisationPlan,
        random::whole,
    },
    beginnings, calendar,
    change::{Application, Change, Effect},
    kind::{Scope, SituationKind},
    people::three_exits,
};

/// Applications that may come into use, and their own programs.
const APPLICATIONS: [(&str, Option<&str>); 6] = [
    ("planner", None),
    ("notes", Some("NotesApp/2.1")),
    ("timesheets", None),
    ("designs", Some("DesignStudio/7.0")),
    ("surveys", None),
    ("recordings", Some("RoomClient/4.4")),
];
/// The share of people who use a new application, and of those who do from the first day.
const USERS: f64 = 0.9;
const FROM_THE_FIRST_DAY: f64 = 0.7;
/// The share of people whom a reorganisation moves.
const MOVED: f64 = 1.0 / 3.0;

/// Plans the situations of the organisation; those whom it acquires come behind the others.
pub(super) fn plan_all(people: &mut Vec<Person>, plan: &OrganisationPlan) {
    let is_next = |kind: &&SituationKind| kind.scope() == Scope::Organisation && **kind != SituationKind::Acquisition;
    let kinds = std::iter::once(&SituationKind::Acquisition).chain(SituationKind::VARIANTS.iter().filter(is_next));
    for kind in kinds.copied().filter(|kind| plan.life.of(*kind) > 0.0) {
        if kind.is_by_calendar() {
            calendar::plan_kind(kind, people, plan);
            continue;
        }
        let mut rng = plan.life_stream(kind as u64, u32::MAX);
        for (number, day) in beginnings(plan.life.of(kind), plan, &mut rng).into_iter().enumerate() {
            match kind {
                SituationKind::Acquisition => acquire(day, people, plan, &mut rng),
                SituationKind::NewApplication => introduce(number, day, people, &mut rng),
                SituationKind::EgressForAll | SituationKind::Reorganisation | SituationKind::SecondSignIn => {
                    change_everybody(kind, day, people, &mut rng);
                }
                SituationKind::PlaceRelabelled => relabel(day, people, &mut rng),
                _ => change_lines(kind, day, people, &mut rng),
            }
        }
    }
}

/// Lets another company's people join on a day; they go on using their own lines.
fn acquire(day: u32, people: &mut Vec<Person>, plan: &OrganisationPlan, rng: &mut ChaCha8Rng) {
    let count = whole(f64::from(plan.users) * rng.random_range(0.08..0.25)).max(1);
    let first = people.last().map_or(0, |last| last.number + 1);
    for number in first..first + count {
        let mut newcomer = person(number, plan, rng);
        newcomer.employed = day..u32::MAX;
        let line = Effect::OfficeLine(OFFICES[newcomer.office].lines[1]);
        newcomer.life.add(Change::staying(SituationKind::Acquisition, day, line));
        people.push(newcomer);
    }
}

/// Introduces an application, the `number`-th one, on a day.
fn introduce(number: usize, day: u32, people: &mut [Person], rng: &mut ChaCha8Rng) {
    let (name, program) = APPLICATIONS[number % APPLICATIONS.len()];
    let application = Application { name, program, share: rng.random_range(0.08..0.25) };
    for person in people.iter_mut().filter(|person| !person.is_service()) {
        let from = if rng.random_bool(FROM_THE_FIRST_DAY) { day } else { day + rng.random_range(1..15) };
        if rng.random_bool(USERS) {
            let effect = Effect::Application(application);
            person.life.add(Change::staying(SituationKind::NewApplication, from, effect));
        }
    }
}

/// Changes something for everybody, or for a third of the people, from a day on.
fn change_everybody(kind: SituationKind, day: u32, people: &mut [Person], rng: &mut ChaCha8Rng) {
    let exits = three_exits(rng);
    for person in people.iter_mut().filter(|person| !person.is_service()) {
        let effect = match kind {
            SituationKind::EgressForAll => {
                let mut of_person = exits;
                of_person.rotate_left(person.office % 2);
                Effect::EgressForAll(of_person)
            }
            SituationKind::SecondSignIn => Effect::SecondSignIn,
            _ if rng.random_bool(MOVED) => Effect::Job(another_job(person.job(day).department, rng)),
            _ => continue,
        };
        person.life.add(Change::staying(kind, day, effect));
    }
}

/// Gives the office of somebody chosen at random other lines: from a day on, or for a day or two.
fn change_lines(kind: SituationKind, day: u32, people: &mut [Person], rng: &mut ChaCha8Rng) {
    let Some(number) = people.choose(rng).map(|person| person.office) else { return };
    let office = &OFFICES[number];
    let line = *office.lines.choose(rng).expect("two");
    let abroad: Vec<City> = EXITS.into_iter().filter(|exit| !office.neighbours.contains(&exit.name)).collect();
    let exit = *abroad.choose(rng).expect("exits are in several countries");
    let stand_in = egress(exit, rng);
    let days = day..day + if rng.random_bool(0.7) { 1 } else { 2 };
    for person in people.iter_mut().filter(|person| person.office == number) {
        person.life.add(match kind {
            SituationKind::FailOver => Change::passing(kind, days.clone(), Effect::FailOver(exit, stand_in)),
            _ => Change::staying(kind, day, Effect::OfficeLine(line)),
        });
    }
}

/// Names a network of an office, that of homes near it, or the VPN after another city: from a day on, or for a week.
fn relabel(day: u32, people: &mut [Person], rng: &mut ChaCha8Rng) {
    let named_otherwise = || OFFICES.iter().enumerate().filter(|(_, office)| !office.neighbours.contains(&office.city));
    let (number, office) = named_otherwise().choose(rng).expect("most offices have neighbours");
    let network = *[office.network, office.carrier, VPN_NETWORK].choose(rng).expect("three");
    let stays = rng.random_bool(0.6);
    let [city, _] = office.neighbours;
    let kind = SituationKind::PlaceRelabelled;
    for person in people.iter_mut().filter(|person| person.office == number || network == VPN_NETWORK) {
        let label = Effect::Label { network, city };
        person.life.add(if stays {
            Change::staying(kind, day, label)
        } else {
            Change::passing(kind, day..day + 7, label)
        });
    }
}
