//! Organisation-wide notices: when they open, who joins them, and the form in which they are stored.
#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeMap, net::IpAddr};

use jiff::Timestamp;
use shared::{
    calendar::{DAY_SECONDS, Day},
    engine::{Engine, InMemoryEngine},
    event::{Action, Event, UserId},
    model::Model,
    notices::{LEAST_USERS, MOST_NOTICES, Notice, Notices, QUIET_DAYS, UnreadableNotices},
    population::Population,
    profile::{Limits, WARM_UP_DAYS},
};

/// A Monday.
const FIRST_DAY: i32 = 20_000;
const OFFICE: &str = "198.51.100.20";
const NEW_OFFICE: &str = "192.0.2.20";

/// An organisation whose events are observed one by one.
struct Organisation {
    engine: Engine,
    profiles: InMemoryEngine,
    notices: Notices,
    users: i64,
    /// The day on which everybody acts next.
    day: i32,
}

impl Organisation {
    fn new(users: i64) -> Self {
        Self {
            engine: Engine::new(Model::shipped(), Population::default()),
            profiles: InMemoryEngine::new(Model::shipped(), Limits::PRODUCT),
            notices: Notices::default(),
            users,
            day: FIRST_DAY,
        }
    }

    /// An organisation whose users were active for as long as they must be known for.
    fn known(users: i64) -> Self {
        let mut organisation = Self::new(users);
        (0..WARM_UP_DAYS).for_each(|_| organisation.ordinary_day());
        organisation
    }

    fn ordinary_day(&mut self) {
        self.day_with(|_, event| event);
    }

    /// Lets every user act once, in their order, each by an event that `change` makes of the ordinary one.
    fn day_with(&mut self, change: impl Fn(i64, Event) -> Event) {
        for user in 0..self.users {
            let event = change(user, ordinary(user, self.day));
            self.observe(&event);
        }
        self.day += 1;
    }

    fn observe(&mut self, event: &Event) {
        let (_, mut shards) = self.profiles.parts();
        let (scored, contribution) = self.engine.observe(&[event], &mut shards).remove(0);
        self.notices.add(event, &scored.assessment.context, &contribution.first_of_day);
        self.engine.commit([contribution]);
    }

    fn sentences(&self) -> Vec<String> {
        self.notices.newest_first().map(Notice::sentence).collect()
    }

    fn newest(&self) -> &Notice {
        self.notices.newest_first().next().expect("a notice was opened")
    }
}

fn id(user: i64) -> UserId {
    format!("u{user:02}").parse().expect("a valid id")
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// The event of a user on an ordinary day, between 8 and 9 o'clock.
fn ordinary(user: i64, day: i32) -> Event {
    let second = i64::from(day) * DAY_SECONDS + 8 * 3600 + user;
    Event {
        address: Some(address(OFFICE)),
        location: Some("Berlin".into()),
        resource: Some("crm/accounts".into()),
        ..Event::new(id(user), Timestamp::from_second(second).expect("a time"), Action::View)
    }
}

fn from_new_office(event: Event) -> Event {
    Event { address: Some(address(NEW_OFFICE)), location: Some("Oslo".into()), ..event }
}

/// Moves the users below a number.
fn moves(below: i64) -> impl Fn(i64, Event) -> Event {
    move |user, event| if user < below { from_new_office(event) } else { event }
}

#[test]
fn an_office_that_moves_is_one_notice_with_its_network_its_place_and_its_users() {
    let mut organisation = Organisation::known(10);
    organisation.day_with(moves(8));
    let sentence = "8 of 10 active users came from 192.0.2.20 and were in Oslo for the first time on 2024-10-19";
    assert_eq!(organisation.sentences(), [sentence]);
    let notice = organisation.newest();
    assert_eq!((notice.number(), notice.users_of_first_day(), notice.active(), notice.users()), (1, 8, 10, 8));
    assert_eq!(notice.first_day(), Day(organisation.day - 1));
    let listed: Vec<_> = notice.listed().map(|(user, day)| (user.clone(), day)).collect();
    assert_eq!(listed, (0..8).map(|user| (id(user), notice.first_day())).collect::<Vec<_>>());
    assert_eq!((notice.joined(&id(7)), notice.joined(&id(8))), (Some(notice.first_day()), None));
}

#[test]
fn who_comes_later_joins_until_nobody_has_joined_for_some_days() {
    let mut organisation = Organisation::known(10);
    organisation.day_with(moves(7));
    (1..QUIET_DAYS).for_each(|_| organisation.day_with(moves(7)));
    organisation.day_with(moves(8));
    let notice = organisation.newest();
    assert_eq!((notice.users_of_first_day(), notice.users()), (7, 8));
    assert_eq!(notice.joined(&id(7)), Some(Day(notice.first_day().0 + QUIET_DAYS)));
    assert_eq!(notice.last_day(), Day(notice.first_day().0 + QUIET_DAYS));
    assert!(organisation.sentences()[0].ends_with("for the first time on 2024-10-19, 1 more since"));
    assert!(organisation.notices.is_open(organisation.newest()));
    (0..=QUIET_DAYS).for_each(|_| organisation.day_with(moves(8)));
    assert!(!organisation.notices.is_open(organisation.newest()));
    organisation.day_with(moves(9));
    assert_eq!((organisation.newest().users(), organisation.sentences().len()), (8, 1), "one user is no notice");
}

#[test]
fn five_users_are_needed_and_a_fifth_of_the_active_ones_of_the_busiest_day() {
    for (active, movers, notices) in [(10, 4, 0), (10, 5, 1), (30, 5, 0), (30, 6, 1), (31, 6, 0)] {
        let mut organisation = Organisation::known(active);
        organisation.day_with(moves(movers));
        assert_eq!(organisation.sentences().len(), notices, "{movers} of {active}");
    }
    let mut organisation = Organisation::known(40);
    organisation.users = 6;
    organisation.day_with(moves(6));
    assert_eq!(organisation.sentences().len(), 0, "the few who work on a Saturday are not everybody");
}

#[test]
fn nothing_opens_while_users_are_new_or_before_a_day_was_seen() {
    let mut organisation = Organisation::new(10);
    (1..WARM_UP_DAYS).for_each(|_| organisation.ordinary_day());
    organisation.day_with(moves(10));
    assert_eq!(organisation.sentences().len(), 0, "everything is new");

    let mut organisation = Organisation::known(10);
    organisation.notices = Notices::default(); // as after an update of a program that knew none
    organisation.day_with(moves(7));
    assert_eq!(organisation.sentences().len(), 0, "the day may have begun before");
    organisation.day_with(|user, event| Event { location: Some("Lima".into()), ..moves(7)(user, event) });
    assert_eq!(organisation.sentences(), ["10 of 10 active users were in Lima for the first time on 2024-10-20"]);
}

#[test]
fn what_all_have_in_common_is_told_and_no_more() {
    let mut organisation = Organisation::known(10);
    organisation.day_with(|user, event| {
        let own = format!("192.0.2.{}", 20 + user);
        Event { address: Some(address(&own)), user_agent: Some("okta-cli/2.1".into()), ..event }
    });
    let sentence = "10 of 10 active users came from 192.0.2.0/24 and used the program okta-cli for the first time on \
                    2024-10-19";
    assert_eq!(organisation.sentences(), [sentence]);
}

#[test]
fn the_folders_of_a_new_application_are_part_of_its_notice() {
    let mut organisation = Organisation::known(10);
    let in_folder = |folder: &'static str| {
        move |_, event| Event { resource: Some(format!("planner/{folder}/week").into()), ..event }
    };
    organisation.day_with(in_folder("sales"));
    organisation.day_with(in_folder("design"));
    let sentence = "10 of 10 active users worked in planner/sales/week for the first time on 2024-10-19";
    assert_eq!(organisation.sentences(), [sentence]);
}

#[test]
fn different_users_on_one_day_have_notices_of_their_own() {
    let mut organisation = Organisation::known(20);
    organisation.day_with(|user, event| match user {
        0..7 => from_new_office(event),
        7..14 => Event { location: Some("Lima".into()), ..event },
        _ => event,
    });
    let sentences = [
        "7 of 20 active users were in Lima for the first time on 2024-10-19",
        "7 of 20 active users came from 192.0.2.20 and were in Oslo for the first time on 2024-10-19",
    ];
    assert_eq!(organisation.sentences(), sentences);
}

#[test]
fn a_late_event_joins_nothing_and_counts_nobody() {
    let mut organisation = Organisation::known(10);
    organisation.day_with(moves(7));
    let before = organisation.notices.clone();
    organisation.observe(&from_new_office(ordinary(7, organisation.day - 3)));
    assert_eq!(organisation.notices, before);
}

#[test]
fn the_oldest_notices_give_way() {
    let users = i64::try_from(LEAST_USERS).expect("a few");
    let mut organisation = Organisation::known(users);
    for number in 0..MOST_NOTICES + 3 {
        organisation.day_with(|_, event| Event { location: Some(format!("City {number}").into()), ..event });
    }
    let numbers: Vec<u64> = organisation.notices.newest_first().map(Notice::number).collect();
    assert_eq!(numbers, (4..=103).rev().collect::<Vec<u64>>());
    assert_eq!(organisation.notices.get(3), None);
    assert_eq!(stored_and_read(&organisation.notices), organisation.notices);
    assert_eq!(organisation.notices.changed_rows().count(), 101);
}

/// Returns notices as they are read from their stored rows.
fn stored_and_read(notices: &Notices) -> Notices {
    let mut read = Notices::default();
    for (row, bytes) in notices.changed_rows() {
        read.read_row(row, &bytes).expect("it was just written");
    }
    read
}

#[test]
fn storing_and_reading_in_between_changes_nothing_and_the_changed_rows_are_enough() {
    let mut organisation = Organisation::known(10);
    let mut rows = BTreeMap::new();
    let uninterrupted = {
        let mut organisation = Organisation::known(10);
        (0..6).for_each(|day| organisation.day_with(moves(5 + day)));
        organisation.notices
    };
    for day in 0..6 {
        organisation.day_with(moves(5 + day));
        rows.extend(organisation.notices.changed_rows());
        organisation.notices.mark_stored();
        assert_eq!(organisation.notices.changed_rows().count(), 0);
        let mut read = Notices::default();
        rows.iter().try_for_each(|(row, bytes)| read.read_row(*row, bytes)).expect("the rows were just written");
        assert_eq!(read, organisation.notices);
        organisation.notices = read;
    }
    assert_eq!(organisation.notices, uninterrupted);
}

#[test]
fn damaged_bytes_are_refused_or_read_but_never_a_panic() {
    let mut organisation = Organisation::known(10);
    organisation.day_with(moves(8));
    for (row, bytes) in organisation.notices.changed_rows() {
        for place in 0..bytes.len() {
            for byte in [0, 1, 127, 255] {
                let mut damaged = bytes.clone();
                damaged[place] = byte;
                let mut read = Notices::default();
                if read.read_row(row, &damaged).is_ok() {
                    read.newest_first().for_each(|notice| assert!(!notice.sentence().is_empty()));
                }
            }
        }
        assert_eq!(Notices::default().read_row(row, &[9]), Err(UnreadableNotices::Version(9)));
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(Notices::default().read_row(row, &longer), Err(UnreadableNotices::Damaged));
    }
    assert_eq!(Notices::default().read_row(0, &[]), Err(UnreadableNotices::Damaged));
}

#[test]
fn notices_that_version_1_stored_are_read_as_they_were() {
    let mut organisation = Organisation::known(10);
    organisation.day_with(moves(8));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/notices-v1");
    let file = |row: u8| format!("{folder}/{row}.bin");
    if std::env::var_os("WRITE_FIXTURES").is_some() {
        for (row, bytes) in organisation.notices.changed_rows() {
            std::fs::write(file(row), bytes).expect("it can be written");
        }
        panic!("the fixtures were written: run the test again");
    }
    let mut read = Notices::default();
    for (row, bytes) in organisation.notices.changed_rows() {
        let stored = std::fs::read(file(row)).expect("the fixture is there");
        assert_eq!(stored, bytes);
        read.read_row(row, &stored).expect("version 1 is read");
    }
    assert_eq!(read, organisation.notices);
}
