//! The kinds of situations, and how often each comes in ordinary life.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A kind of situation. Where several change one field of an event, a later one in this list has the last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SituationKind {
    /// A person gets another computer, browser or telephone.
    NewDevice,
    /// A person moves house or changes the provider: another network at home, in the same city.
    NewHome,
    /// A person begins to work through a mobile network, whose addresses and place labels hop.
    MobileHabit,
    /// A person begins to use an egress service, whose exits hop over cities.
    EgressHabit,
    /// A person begins to share a machine at the office with others.
    SharedMachine,
    /// A person is elsewhere for some days and keeps the hours of that place.
    Travel,
    /// A person is elsewhere for weeks and keeps the hours of that place.
    LongStay,
    /// A person moves to another department.
    NewTeam,
    /// A person's projects end and others begin.
    NewProject,
    /// A person joins.
    Joining,
    /// A person leaves.
    Leaving,
    /// A person comes back after weeks.
    Return,
    /// A person begins to work later in the day.
    NewHours,
    /// A technical person begins to take calls at night, one week in four.
    OnCall,
    /// A person works on evenings and weekends before a deadline.
    Deadline,
    /// Accounts of a month are closed and salaries paid.
    MonthEnd,
    /// Accounts of a year are closed.
    YearEnd,
    /// The clocks change, and people keep their hours.
    ClockChange,
    /// An office gets other addresses, in the same city.
    NewOffice,
    /// The lines of an office and the VPN go through another country for a day or two.
    FailOver,
    /// Everybody gets an egress service.
    EgressForAll,
    /// Everybody gets a new application.
    NewApplication,
    /// A third of the people move to other departments on one day.
    Reorganisation,
    /// Another company's people join on one day.
    Acquisition,
    /// Everybody has to sign in twice.
    SecondSignIn,
    /// A network is said to be in another city than before, while its addresses stay.
    PlaceRelabelled,
}

/// Whom a situation concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// One person.
    Person,
    /// Many people at once.
    Organisation,
}

impl SituationKind {
    /// Returns whom it concerns.
    pub fn scope(self) -> Scope {
        if self < Self::MonthEnd { Scope::Person } else { Scope::Organisation }
    }

    /// Returns how often it comes in ordinary life: for a person in a year, or for the organisation in a year.
    ///
    /// The table in `docs/SCIENCE.md` gives the reasons.
    pub fn ordinary_rate(self) -> f64 {
        match self {
            Self::MonthEnd => 12.0,
            Self::ClockChange => 2.0,
            Self::Travel => 1.5,
            Self::YearEnd | Self::FailOver | Self::NewApplication => 1.0,
            Self::NewProject | Self::Return | Self::Deadline | Self::PlaceRelabelled => 0.8,
            Self::NewDevice => 0.6,
            Self::NewOffice => 0.4,
            Self::LongStay | Self::Reorganisation => 0.3,
            Self::NewHome | Self::Acquisition | Self::SecondSignIn => 0.2,
            Self::NewTeam | Self::EgressForAll => 0.15,
            Self::Joining | Self::Leaving => 0.12,
            Self::MobileHabit | Self::NewHours | Self::OnCall => 0.1,
            Self::EgressHabit => 0.06,
            Self::SharedMachine => 0.04,
        }
    }

    /// Returns whether the calendar alone says when it comes: any rate above 0 is all of it.
    pub fn is_by_calendar(self) -> bool {
        matches!(self, Self::MonthEnd | Self::YearEnd | Self::ClockChange)
    }
}
