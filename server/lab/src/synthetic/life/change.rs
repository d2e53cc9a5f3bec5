//! Changes in one person's circumstances.

use std::{net::Ipv4Addr, ops::Range};

use super::{
    super::{
        access::Client,
        cities::{City, Network},
        organisation::JobRole,
        resources::WorkingSet,
    },
    kind::SituationKind,
};

/// The changes in a person's circumstances.
#[derive(Default)]
pub(in super::super) struct Life(Vec<Change>);

/// A change in a person's circumstances.
pub(super) struct Change {
    pub(super) kind: SituationKind,
    /// The days on which it has its effect.
    pub(super) days: Range<u32>,
    pub(super) effect: Effect,
    /// The days that count as a situation: none for what is older than the log.
    pub(super) situation: Range<u32>,
}

/// What a change does to a person's events.
pub(super) enum Effect {
    /// Another computer.
    Computer(Client),
    /// Another telephone.
    Handheld(Client),
    /// The address at home.
    Home(Ipv4Addr),
    /// A share of the sessions goes through a mobile network that hops.
    Mobile(f64),
    /// A share of the sessions goes through the exits of an egress service, through the first most of the time.
    Egress { share: f64, exits: [City; 3] },
    /// Sessions on a shared machine at the office.
    SharedMachine,
    /// The city in which the person stays, and the address there.
    Stay { city: City, address: Ipv4Addr },
    /// Another job.
    Job(JobRole),
    /// Other projects in the same job.
    Projects(WorkingSet),
    /// No events at all.
    Absence,
    /// Hours by which work begins later.
    Later(f64),
    /// Night calls.
    OnCall,
    /// Work on evenings and weekends.
    Overtime,
    /// The accounts in a folder are closed.
    Closing(String),
    /// Hours by which everything is later in UTC.
    Clock(f64),
    /// The network of the office.
    OfficeLine(Network),
    /// The exit through which the lines of the office and the VPN go.
    FailOver(City, Ipv4Addr),
    /// All but telephones and private VPNs goes through the exits of an egress service.
    EgressForAll([City; 3]),
    /// A new application.
    Application(Application),
    /// Every login is followed by another one.
    SecondSignIn,
    /// What a network's place is called.
    Label { network: Network, city: &'static str },
}

/// An application that comes into use.
#[derive(Clone, Copy)]
pub(super) struct Application {
    /// The first level of its resources.
    pub(super) name: &'static str,
    /// Its own program, if it is not used in a browser.
    pub(super) program: Option<&'static str>,
    /// The share of acts that concern it.
    pub(super) share: f64,
}

impl Life {
    pub(super) fn add(&mut self, change: Change) {
        self.0.push(change);
    }

    /// Orders the changes, so that of those with the same effect the last one counts.
    pub(super) fn sort(&mut self) {
        self.0.sort_by_key(|change| (change.kind, change.days.start));
    }

    /// Returns the situations: their kinds and days.
    pub(in super::super) fn situations(&self) -> impl Iterator<Item = (SituationKind, Range<u32>)> {
        self.0
            .iter()
            .filter(|change| !change.situation.is_empty())
            .map(|change| (change.kind, change.situation.clone()))
    }

    /// Returns the effects on a day.
    pub(super) fn effects(&self, day: u32) -> impl Iterator<Item = &Effect> {
        self.0.iter().filter(move |change| change.days.contains(&day)).map(|change| &change.effect)
    }

    /// Returns the changes of work up to a day, with their first days.
    fn work(&self, day: u32) -> impl Iterator<Item = (u32, &Effect)> {
        let so_far = self.0.iter().filter(move |change| change.days.contains(&day));
        so_far.map(|change| (change.days.start, &change.effect))
    }

    /// Returns the job that the person has got by a day, with its first day.
    pub(in super::super) fn job(&self, day: u32) -> Option<(u32, &JobRole)> {
        let jobs = self.work(day).filter_map(|(from, effect)| match effect {
            Effect::Job(job) => Some((from, job)),
            _ => None,
        });
        jobs.max_by_key(|(from, _)| *from)
    }

    /// Returns the projects that the person has got by a day, with their first day.
    pub(in super::super) fn projects(&self, day: u32) -> Option<(u32, &WorkingSet)> {
        let projects = self.work(day).filter_map(|(from, effect)| match effect {
            Effect::Projects(projects) => Some((from, projects)),
            _ => None,
        });
        projects.max_by_key(|(from, _)| *from)
    }

    /// Returns whether the person is away or not employed on a day.
    pub(in super::super) fn is_absent(&self, day: u32) -> bool {
        self.effects(day).any(|effect| matches!(effect, Effect::Absence))
    }
}

impl Change {
    /// Returns a change that lasts for some days.
    pub(super) fn passing(kind: SituationKind, days: Range<u32>, effect: Effect) -> Self {
        Self { kind, situation: days.clone(), days, effect }
    }

    /// Returns a change that stays.
    pub(super) fn staying(kind: SituationKind, from: u32, effect: Effect) -> Self {
        let situation = if from == 0 { 0..0 } else { from..from + super::SETTLING_DAYS };
        Self { kind, days: from..u32::MAX, effect, situation }
    }
}
