//! Attacks on people in whose life something is changing.

use rand::{
    Rng as _,
    seq::{IteratorRandom as _, SliceRandom as _},
};
use rand_chacha::ChaCha8Rng;
use strum::VariantArray as _;

use super::{
    super::{
        organisation::Person,
        plan::OrganisationPlan,
        planned_attack::{AttackKind, PlannedAttack},
    },
    kind::SituationKind,
};

/// The stream of random choices that places attacks.
const PLACING: u64 = 1001;

/// Moves a share of the attacks to days of situations, of each kind in turn: to another day, or to somebody else who is
/// not attacked. What revives an unused account stays where it is.
pub(super) fn put_into_situations(people: &mut [Person], plan: &OrganisationPlan) {
    let mut rng = plan.life_stream(PLACING, 0);
    let mut kinds = SituationKind::VARIANTS.to_vec();
    kinds.shuffle(&mut rng);
    for index in 0..people.len() {
        let Some(planned) = people[index].planned_attack else { continue };
        if planned.kind == AttackKind::DormantRevival || !rng.random_bool(plan.situated) {
            continue;
        }
        let found =
            (0..kinds.len()).find_map(|place| Some((place, victim(kinds[place], index, people, plan, &mut rng)?)));
        let Some((place, (victim, day))) = found else { continue };
        kinds[place..].rotate_left(1);
        people[index].planned_attack = None;
        people[victim].planned_attack = Some(PlannedAttack { day, spray_day: day, ..planned });
    }
}

/// Draws a day of a situation of a kind, and a person who is in it then and not attacked, or attacked by this attack.
fn victim(
    kind: SituationKind,
    attacked: usize,
    people: &[Person],
    plan: &OrganisationPlan,
    rng: &mut ChaCha8Rng,
) -> Option<(usize, u32)> {
    let is_free = |(index, person): &(usize, &Person)| person.planned_attack.is_none() || *index == attacked;
    let days = people.iter().enumerate().filter(is_free).flat_map(|(index, person)| {
        let possible = person.attackable_days(0, plan);
        let of_kind = person.life.situations().filter(move |(other, _)| *other == kind);
        of_kind
            .flat_map(move |(_, days)| days.start.max(possible.start)..days.end.min(possible.end))
            .map(move |day| (index, day))
    });
    days.filter(|(index, day)| !people[*index].life.is_absent(*day)).choose(rng)
}
