//! What situations change in the sessions of an account.

use std::net::Ipv4Addr;

use rand::{Rng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use shared::event::Device;

use super::{
    super::{
        access::{AccessContext, Route, SHARED_MACHINE},
        cities::{City, Office, address, egress, is_in},
        random::zipf,
    },
    change::{Application, Effect, Life},
};

/// The share of sessions at the office that are on a shared machine.
const ON_SHARED_MACHINE: f64 = 0.6;
/// The share of the traffic of an egress service that leaves it at the customer's first exit.
const AT_FIRST_EXIT: f64 = 0.85;

impl Life {
    /// Returns the context of a session as the situations of a day change it.
    pub(in super::super) fn adapted(
        &self,
        day: u32,
        session: (Route, AccessContext),
        office: &Office,
        rng: &mut ChaCha8Rng,
    ) -> AccessContext {
        self.effects(day).fold(session, |session, effect| effect.adapted(session, office, rng)).1
    }

    /// Returns by how many hours everything is later in UTC on a day.
    pub(in super::super) fn hours_shifted(&self, day: u32, office: &Office) -> f64 {
        let hours = self.effects(day).map(|effect| match effect {
            Effect::Clock(hours) => *hours,
            Effect::Stay { city, .. } => office.ahead - city.ahead,
            _ => 0.0,
        });
        hours.sum()
    }

    /// Returns by how many hours work begins later on a day.
    pub(in super::super) fn hours_later(&self, day: u32) -> f64 {
        let hours = self.effects(day).map(|effect| if let Effect::Later(hours) = effect { *hours } else { 0.0 });
        hours.sum()
    }

    /// Returns whether every login has to be followed by another one on a day.
    pub(in super::super) fn signs_in_twice(&self, day: u32) -> bool {
        self.effects(day).any(|effect| matches!(effect, Effect::SecondSignIn))
    }

    /// Draws the resource of an application that has come into use by a day, if the next act concerns one.
    pub(in super::super) fn application_resource(&self, day: u32, rng: &mut ChaCha8Rng) -> Option<String> {
        let used = self.applications(day).find(|application| rng.random_bool(application.share))?;
        Some(format!("{}/space{}/item{}", used.name, zipf(9, rng), zipf(200, rng)))
    }

    /// Returns the program of an application that a resource belongs to, if it has one.
    pub(in super::super) fn application_program(&self, day: u32, resource: &str) -> Option<&'static str> {
        let folder = resource.split('/').next()?;
        self.applications(day).find(|application| application.name == folder)?.program
    }

    fn applications(&self, day: u32) -> impl Iterator<Item = &Application> {
        self.effects(day).filter_map(|effect| match effect {
            Effect::Application(application) => Some(application),
            _ => None,
        })
    }
}

impl Effect {
    /// Returns how a session is reached, and with which client, with this effect.
    fn adapted(
        &self,
        (route, context): (Route, AccessContext),
        office: &Office,
        rng: &mut ChaCha8Rng,
    ) -> (Route, AccessContext) {
        let from = |route, address, city| (route, AccessContext { address, city, ..context });
        match (self, route) {
            (Self::Computer(_) | Self::Handheld(_), _) => (route, self.with_other_client(context)),
            (Self::Home(address), Route::Home) => from(route, *address, context.city),
            (Self::Mobile(share), Route::Home | Route::Office) if rng.random_bool(*share) => {
                let [first, second] = office.neighbours;
                let city = *[office.city, first, second].choose(rng).expect("three");
                from(Route::Mobile, address(office.mobile, rng), city)
            }
            (Self::Egress { share, exits }, Route::Home | Route::Office | Route::Away) if rng.random_bool(*share) => {
                through(*exits, context, rng)
            }
            (Self::SharedMachine, Route::Office) if rng.random_bool(ON_SHARED_MACHINE) => {
                let [first, second] = office.network;
                let address = Ipv4Addr::new(first, second, 17, 20);
                (route, AccessContext { address, client: SHARED_MACHINE, ..context })
            }
            (Self::Stay { city, address }, Route::Home | Route::Office | Route::Away) => {
                from(Route::Away, *address, city.name)
            }
            (Self::Stay { city, .. }, Route::Mobile) => from(route, address(city.carrier, rng), city.name),
            (Self::EgressForAll(exits), Route::Office | Route::Home | Route::Away | Route::Vpn) => {
                through(*exits, context, rng)
            }
            _ => (route, self.on_other_lines(route, context)),
        }
    }

    /// Returns the context with the new client where one of its sort was used.
    fn with_other_client(&self, context: AccessContext) -> AccessContext {
        let is_handheld = matches!(context.client.0, Device::Mobile | Device::Tablet);
        match self {
            Self::Computer(client) if context.client.0 == Device::Desktop => {
                AccessContext { client: *client, ..context }
            }
            Self::Handheld(client) if is_handheld => AccessContext { client: *client, ..context },
            _ => context,
        }
    }

    /// Returns the context with the organisation's other lines, or their other label.
    fn on_other_lines(&self, route: Route, context: AccessContext) -> AccessContext {
        match (self, route) {
            (Self::OfficeLine([first, second]), Route::Office | Route::Service) => {
                let [.., third, last] = context.address.octets();
                AccessContext { address: Ipv4Addr::new(*first, *second, third, last), ..context }
            }
            (Self::FailOver(exit, address), Route::Office | Route::Service | Route::Vpn) => {
                AccessContext { address: *address, city: exit.name, ..context }
            }
            (Self::Label { network, city }, _) if is_in(context.address, *network) => AccessContext { city, ..context },
            _ => context,
        }
    }
}

/// Returns a session that goes through an egress service.
fn through(exits: [City; 3], context: AccessContext, rng: &mut ChaCha8Rng) -> (Route, AccessContext) {
    let [first, second, third] = exits;
    let exit = if rng.random_bool(AT_FIRST_EXIT) { first } else { *[second, third].choose(rng).expect("two") };
    (Route::Egress, AccessContext { address: egress(exit, rng), city: exit.name, ..context })
}
